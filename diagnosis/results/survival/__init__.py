"""Time to an event: a curve with its band, and the risk by each of several horizons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from diagnosis.ml.results.estimate import Estimate, Scale
from diagnosis.registry.sheet.bands import cover
from diagnosis.registry.sheet.checks import GAP
from diagnosis.registry.sheet.kinds import BOTH
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.figures import PERCENT, Figures
from diagnosis.results.kind import Panel, Seen, Templates
from diagnosis.results.result import Belonging, Curve, Result
from diagnosis.results.survival import wire
from diagnosis.results.survival.card import MeasuredSurvival, measured
from diagnosis.results.survival.shown import ShownSurvival, shown
from medportal.common.errors import Pointer
from medportal.common.plain import Stored
from medportal.common.text import Text

TEMPLATES = Templates(
    number="results/survival/_number.html",
    adds="results/survival/_card_adds.html",
    metrics="results/survival/_card_metrics.html",
)
NEVER = frozenset({Panel.LOG_ODDS, Panel.PATIENT_SHEET, Panel.WARD})
"""A median is not for a sheet that is taken home, hazards add up on no other scale, and cases known
to the horizon alone are not those that a doctor will meet."""


@dataclass(frozen=True)
class Survival:
    """One estimate a horizon, named by it; the headline is that of the sheet's own horizon."""

    name: str = "survival"
    word: str = "risk"
    censors: bool = True
    panels: frozenset[Panel] = frozenset(Panel) - NEVER
    templates: Templates = TEMPLATES

    def scales(self, sheet: Sheet) -> Mapping[str, Scale]:
        return {self.headline(sheet): PERCENT.scale}

    def headline(self, sheet: Sheet) -> str:
        return f"{sheet.horizon.days or 0:g}"

    def explained(self, sheet: Sheet) -> tuple[str, ...]:
        """The headline, then what the sheet names beside it."""
        first = self.headline(sheet)
        others = (one.name for one in sheet.estimates if one.explained and one.name != first)
        return (first, *others)

    def called(self, sheet: Sheet, estimate: str) -> Text:
        found = sheet.estimate_named(estimate)
        return found.text if found else {}

    def problems(self, sheet: Sheet) -> Iterator[Pointer]:
        for name in ("event", "not_event"):
            if name not in sheet.sentence.told:
                yield Pointer(f"/sentence/{name}", "text_missing", BOTH)
        if not sheet.horizon.days:
            text = _("Say by how many days the risk is told that lists and bands speak of.")
            yield Pointer("/horizon/days", "required", text)
        if sheet.bands and not cover(sheet.bands, (0.0, 1.0)):
            yield Pointer("/bands", GAP, _("The bands must cover 0 to 1 without a gap."))
        if sheet.flag_threshold is not None and not 0 < sheet.flag_threshold < 1:
            text = _("A threshold lies between 0 and 1.")
            yield Pointer("/flag_threshold", "out_of_range", text)
        if sheet.scale is not None:
            text = _("A probability needs no scale: leave it out.")
            yield Pointer("/scale", "unknown_field", text)
        if sheet.patient_sheet:
            text = _("A risk over time has no sheet for patients: leave it out.")
            yield Pointer("/patient_sheet", "only_one_probability", text)

    def read(self, stored: Stored) -> tuple[Estimate, ...]:
        curve = Curve.from_dict(stored) if stored.get("times") else None
        return tuple(
            Estimate(name, float(risk), _ends(curve, float(name)))
            for name, risk in (stored.get("risks") or {}).items()
        )

    def headline_of(self, stored: Stored) -> str | None:
        found: str | None = stored.get("headline")
        return found if found in (stored.get("risks") or {}) else None

    def written(self, result: Result) -> Stored:
        return {
            **(result.curve.to_dict() if result.curve else {}),
            "risks": {one.name: one.value for one in result.estimates},
            "headline": result.headline_name,
        }

    def belonging(self, manifest: Stored, estimate: Estimate | None) -> Belonging:
        """How many of all those whom the model learnt from had the event by then."""
        if estimate is None:
            return Belonging()
        told = (manifest.get("curves") or {}).get("horizons") or ()
        found = next((one for one in told if f"{one['horizon']:g}" == estimate.name), None)
        return Belonging(average=found["observed"]["value"] if found else None)

    def measured(self, manifest: Stored, sheet: Sheet) -> MeasuredSurvival:
        return measured(manifest)

    def line(self, result: Result, sheet: Sheet) -> str:
        return ""

    def figures(self, sheet: Sheet) -> Figures:
        return PERCENT

    def shown(self, seen: Seen) -> ShownSurvival | None:
        return shown(seen)

    def fhir(self, result: Result, sheet: Sheet) -> tuple[Stored, ...]:
        return tuple(wire.predictions(result, sheet))


def _ends(curve: Curve | None, time: float) -> tuple[float, float] | None:
    """Of the risk: what is left of one after the ends of the curve."""
    if curve is None or curve.interval is None or time not in curve.times:
        return None
    place = curve.times.index(time)
    low, high = (side[place] for side in curve.interval)
    return 1 - high, 1 - low
