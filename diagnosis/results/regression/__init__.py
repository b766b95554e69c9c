"""A number, in the unit of the sheet: estimated, and marked as not measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.kind import Panel, Templates
from diagnosis.results.quantity import TEMPLATES as OF_A_QUANTITY
from diagnosis.results.quantity import OneQuantity
from diagnosis.results.regression.card import MeasuredNumber, measured
from medportal.common.plain import Stored

WHY_NOT = {
    Panel.TREND: _(
        "A number that is estimated because it cannot be measured is not followed over time: "
        "measure it."
    ),
    Panel.OWN_ESTIMATE: _("Nobody was asked for a number beforehand yet: only for a probability."),
}
TEMPLATES = Templates(
    number=OF_A_QUANTITY.number,
    adds="results/quantity/_card_adds.html",
    metrics="results/quantity/_card_metrics.html",
)


@dataclass(frozen=True)
class Regression(OneQuantity):
    """One estimate, ``value``."""

    name: str = "regression"
    word: str = "value"
    estimate: str = "value"
    templates: Templates = TEMPLATES
    why_not: Mapping[Panel, str | Promise] = field(default_factory=lambda: WHY_NOT)

    def measured(self, manifest: Stored, sheet: Sheet) -> MeasuredNumber:
        return measured(manifest)
