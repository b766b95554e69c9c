"""What a result page offers to be asked further, and which inputs act together."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from diagnosis.inference.further.counterfactual import limits_below
from diagnosis.inference.models import Explanation, Prediction
from diagnosis.portal.words.figures import exact_percent
from diagnosis.portal.words.interaction_line import together_line
from diagnosis.results.figures import Figures

register = template.Library()


@dataclass(frozen=True)
class Panel:
    title: str
    address: str


@register.simple_tag
def panels(prediction: Prediction) -> list[Panel]:
    """Nothing is asked of the model or the database here."""
    found = [
        _panel(_("How sure is it?"), "sureness", prediction),
        _panel(_("Patients like this one"), "alike", prediction),
    ]
    limits = limits_below(prediction)
    if limits and _may_change_something(prediction):
        title = _("What would bring it under %(limit)s?") % {"limit": exact_percent(limits[0][0])}
        found.append(_panel(title, "reach", prediction))
    return found


def _may_change_something(prediction: Prediction) -> bool:
    """Whether the service names an input that treatment or life could change."""
    return any(one.get("modifiable") for one in prediction.sheet.schema["features"])


def _panel(title: str, name: str, prediction: Prediction) -> Panel:
    return Panel(title, reverse(f"portal:prediction-{name}", args=[prediction.pk]))


@register.simple_tag
def together(explanation: Explanation | None, figures: Figures) -> str:
    """The sentence of the pair that acts together most; empty where there is none."""
    return together_line(explanation.reasons if explanation else None, figures)
