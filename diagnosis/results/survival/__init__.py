"""Time to an event: a curve with its band, and the risk by each of several horizons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from diagnosis.ml.results.estimate import Estimate
from diagnosis.registry.sheet.kinds import BOTH
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.kind import Panel, Seen, Templates
from diagnosis.results.result import Belonging, Curve, Result
from diagnosis.results.several import Several
from diagnosis.results.survival import wire
from diagnosis.results.survival.card import MeasuredSurvival, measured
from diagnosis.results.survival.shown import ShownSurvival, shown
from medportal.common.errors import Pointer
from medportal.common.plain import Stored

TEMPLATES = Templates(
    number="results/survival/_number.html",
    adds="results/survival/_card_adds.html",
    metrics="results/survival/_card_metrics.html",
)
NEVER = frozenset({Panel.ADDED_VALUE, Panel.LOG_ODDS, Panel.PATIENT_SHEET, Panel.WARD})
"""The card compares risks over time with other models itself, hazards add up on no other scale, a
median is not for a sheet that is taken home, and cases known to the horizon alone are not those
that a doctor will meet."""


@dataclass(frozen=True)
class Survival(Several):
    """One estimate a horizon, named by it; the headline is that of the sheet's own horizon."""

    told: str = "risks"
    word: str = "risk"
    name: str = "survival"
    censors: bool = True
    panels: frozenset[Panel] = frozenset(Panel) - NEVER
    templates: Templates = TEMPLATES

    def problems(self, sheet: Sheet) -> Iterator[Pointer]:
        yield from super().problems(sheet)
        yield from _times(sheet)
        for name in ("event", "not_event"):
            if name not in sheet.sentence.told:
                yield Pointer(f"/sentence/{name}", "text_missing", BOTH)
        if sheet.flag_threshold is not None and not 0 < sheet.flag_threshold < 1:
            text = _("A threshold lies between 0 and 1.")
            yield Pointer("/flag_threshold", "out_of_range", text)
        if sheet.patient_sheet:
            text = _("A risk over time has no sheet for patients: leave it out.")
            yield Pointer("/patient_sheet", "only_one_probability", text)

    def read(self, stored: Stored) -> tuple[Estimate, ...]:
        """What is left of one after the ends of the curve are the ends of the risk."""
        curve = Curve.from_dict(stored) if stored.get("times") else None
        return tuple(
            Estimate(name, float(risk), _ends(curve, float(name)))
            for name, risk in self.values(stored).items()
        )

    def written(self, result: Result) -> Stored:
        return {
            **(result.curve.to_dict() if result.curve else {}),
            self.told: {one.name: one.value for one in result.estimates},
            "headline": result.headline_name,
        }

    def belonging(self, manifest: Stored, estimate: Estimate | None) -> Belonging:
        """How many of all those whom the model learnt from had the event by then."""
        if estimate is None:
            return Belonging()
        told = (manifest.get("curves") or {}).get("horizons") or ()
        found = next((one for one in told if f"{one['horizon']:g}" == estimate.name), None)
        return Belonging(average=found["observed"]["value"] if found else None)

    def leaves_open(self, result: Result) -> bool:
        return False

    def measured(self, manifest: Stored, sheet: Sheet) -> MeasuredSurvival:
        return measured(manifest)

    def shown(self, seen: Seen) -> ShownSurvival | None:
        return shown(seen)

    def fhir(self, result: Result, sheet: Sheet) -> tuple[Stored, ...]:
        return tuple(wire.predictions(result, sheet))


def _times(sheet: Sheet) -> Iterator[Pointer]:
    """Risks are named by their times, and lists speak of the one by the horizon."""
    if not sheet.horizon.days or sheet.bands_of is None:
        text = _("Say by how many days the risk is told that lists and bands speak of.")
        yield Pointer("/horizon/days", "required", text)
    elif sheet.bands_of != f"{sheet.horizon.days}":
        text = _("Lists and bands speak of the risk by the horizon: bands_of is its days.")
        yield Pointer("/bands_of", "other_horizon", text)
    for index, one in enumerate(sheet.estimates):
        if not _is_time(one.name):
            text = _("A risk is named by its time: 365, 1095.")
            yield Pointer(f"/estimates/{index}/name", "invalid", text)


def _is_time(name: str) -> bool:
    return name.isdigit() and int(name) > 0


def _ends(curve: Curve | None, time: float) -> tuple[float, float] | None:
    if curve is None or curve.interval is None or time not in curve.times:
        return None
    place = curve.times.index(time)
    low, high = (side[place] for side in curve.interval)
    return 1 - high, 1 - low
