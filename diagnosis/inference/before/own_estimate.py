"""An own estimate first: which ranges can be tapped, and whose number waits for one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from diagnosis.inference.models import Job, Prediction, owed_by
from diagnosis.registry.sheet.sheets import Sheet
from medportal.common.errors import DomainError, Pointer

USUAL_EDGES = (0.05, 0.10, 0.20, 0.30, 0.50, 0.70, 0.90)
NARROWEST = 0.05
"""Nobody tells two ranges apart that are narrower, unless the service's bands do."""
TOLERANCE = 1e-9

Row = TypeVar("Row", bound=Prediction)


@dataclass(frozen=True)
class Choice:
    """One range, as wide as a person can judge."""

    lower: float
    upper: float

    @property
    def code(self) -> str:
        return f"{round(self.lower * 100)}-{round(self.upper * 100)}"

    @property
    def middle(self) -> float:
        return round((self.lower + self.upper) / 2, 4)


def choices_of(sheet: Sheet) -> list[Choice]:
    """The limits of the service's bands, and between them the usual steps."""
    limits = [float(band.upper) for band in sheet.bands if band.upper < 1]
    steps = [edge for edge in USUAL_EDGES if _is_apart(edge, limits)]
    edges = [0.0, *sorted({*limits, *steps}), 1.0]
    return [Choice(lower, upper) for lower, upper in pairwise(edges)]


def choice_named(sheet: Sheet, code: str) -> Choice:
    """The range that was tapped; an error that asks again for any other word."""
    found = next((choice for choice in choices_of(sheet) if choice.code == code), None)
    if found is None:
        message = _("Choose one of the ranges.")
        raise DomainError(
            "estimate_invalid", message, pointers=[Pointer("/choice", "unknown_choice", message)]
        )
    return found


def _is_apart(edge: float, limits: Iterable[float]) -> bool:
    return all(abs(edge - limit) > NARROWEST - TOLERANCE for limit in limits)


def with_own_estimates_first(user: User, predictions: Iterable[Row]) -> list[Row]:
    """The same rows, but without the number wherever ``user`` still owes an estimate.

    Whoever shows predictions on a page of the portal shows what this gives back.
    """
    rows = list(predictions)
    maybe = [row.pk for row in rows if _may_be_owed(row)]
    if not maybe:
        return rows
    owed = set(
        Prediction.objects.visible_to(user)
        .filter(owed_by(user), pk__in=maybe)
        .values_list("pk", flat=True)
    )
    for row in rows:
        if row.pk in owed:
            row.withhold()
    return rows


def _may_be_owed(row: Prediction) -> bool:
    """From the row alone, so that most pages ask the database nothing."""
    return row.asks_estimate and row.state == Job.State.DONE and row.decided_at is None


def has_owed(user: User, patient: Any) -> Prediction | None:
    """A result of this patient whose number ``user`` has not seen yet for want of an estimate."""
    rows = Prediction.objects.visible_to(user).filter(owed_by(user), patient=patient)
    found: Prediction | None = rows.select_related("service").order_by("requested_at").first()
    return found
