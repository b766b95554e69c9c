"""The headline of a result, as its kind says numbers."""

from __future__ import annotations

from django.utils.translation import gettext

from diagnosis.inference.models import Prediction
from diagnosis.results.figures import PERCENT, Figures
from diagnosis.results.pictures.rounding import whole
from medportal.common.signs import before_unit, colon
from medportal.common.text import localized


def figures_of(prediction: Prediction) -> Figures:
    kind = prediction.kind
    return PERCENT if kind is None else kind.figures(prediction.definition)


def said_of(prediction: Prediction) -> str:
    """For lists: what the number is of, where there are several; never a number without one."""
    if prediction.headline is None:
        return line_of(prediction) or gettext("see the result")
    said = figures_of(prediction).said(prediction.headline)
    label = headline_label(prediction)
    return f"{label}{colon()}{said}" if label else said


def headline_label(prediction: Prediction) -> str:
    """How the headline is called among the others; empty where the answer is one number."""
    kind, sheet = prediction.kind, prediction.definition
    name = kind.headline(sheet) if kind else None
    return localized(kind.called(sheet, name)) if kind and name else ""


def estimate(value: float | None, decimals: int = 0, figures: Figures = PERCENT) -> str:
    """A result without a headline is said to have no number, and is never «<1 %»."""
    return gettext("no number") if value is None else figures.said(value, decimals)


def difference(figures: Figures, before: float, now: float) -> str:
    """From one headline to another, from the printed numbers, with the unit where there is one."""
    first, second = (whole(value / figures.grain) for value in (before, now))
    text = figures.signed(second - first)
    return f"{text}{before_unit(figures.unit)}{figures.unit}" if figures.unit else text


def line_of(prediction: Prediction) -> str:
    """What a list says of an answer that has no headline; empty of every other."""
    if prediction.headline is not None:  # before the answer, which a list may have left out
        return ""
    kind, answer = prediction.kind, prediction.answer
    if kind is None or answer is None:
        return ""
    return kind.line(answer, prediction.definition)
