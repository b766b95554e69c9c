"""Whose truths a set or a range holds too seldom, named on each result of such a person."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from diagnosis.inference.models import Prediction
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.results.result import Missed, Result
from medportal.common.quantities import number
from medportal.common.text import localized


def missed(prediction: Prediction, answer: Result) -> Iterator[str]:
    for group in answer.missed:
        facts = {"who": _who(prediction, group), "held": group.held, "rows": group.rows}
        if answer.possible is None:
            text = _("The range held the true value of only %(held)s of %(rows)s: %(who)s.")
        else:
            text = _("The set held the true class of only %(held)s of %(rows)s: %(who)s.")
        yield text % facts


def _who(prediction: Prediction, group: Missed) -> str:
    if group.label:
        return localized(group.label)
    if group.by == "class":
        return _("people who had %(class)s") % {"class": _called(prediction, group)}
    if group.by == "estimate":
        name = _called(prediction, group) if group.code else _limits(group)
        return _("people with such an estimate (%(which)s)") % {"which": name}
    feature = schema_of(prediction.version)[group.by]
    category = feature.category(float(group.code)) if group.code is not None else None
    which = localized(category.label) if category else _limits(group)
    return f"{localized(feature.label)} {which}"


def _called(prediction: Prediction, group: Missed) -> str:
    kind, name = prediction.kind, group.code or ""
    return localized(kind.called(prediction.definition, name)) if kind else name


def _limits(group: Missed) -> str:
    """From (included) and up to (left out)."""
    if group.low is None:
        return _("under %(value)s") % {"value": number(group.high or 0.0, 1)}
    if group.high is None:
        return _("%(value)s and over") % {"value": number(group.low, 1)}
    return f"{number(group.low, 1)}\u2013{number(group.high, 1)}"
