"""One of several classes, in their natural order: how frequent each is, and which stay possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from diagnosis.registry.sheet.kinds import BOTH
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.kind import Panel, Seen, Templates
from diagnosis.results.multiclass import wire
from diagnosis.results.multiclass.card import MeasuredClasses, measured
from diagnosis.results.multiclass.shown import ShownClasses, classes_of, is_all_open, is_sum, shown
from diagnosis.results.result import Result
from diagnosis.results.several import Several
from medportal.common.errors import Pointer
from medportal.common.plain import Stored

TEMPLATES = Templates(
    number="results/multiclass/_number.html",
    adds="results/multiclass/_card_adds.html",
    metrics="results/multiclass/_card_metrics.html",
)
PANELS = frozenset({Panel.OUTCOME, Panel.OWN_ESTIMATE, Panel.TRY_OUT, Panel.COHORT})
CUMULATIVE = "cumulative"


@dataclass(frozen=True)
class Multiclass(Several):
    """An estimate a class; of ordered ones also «this class or a higher one».

    The two are stored apart: only the first add up to one.
    """

    name: str = "multiclass"
    panels: frozenset[Panel] = PANELS
    templates: Templates = TEMPLATES

    def problems(self, sheet: Sheet) -> Iterator[Pointer]:
        yield from super().problems(sheet)
        needed = ("possible", "all_possible", *(("event", "not_event") if sheet.bands_of else ()))
        for name in needed:
            if not getattr(sheet.sentence, name):
                yield Pointer(f"/sentence/{name}", "text_missing", BOTH)
        if sheet.patient_sheet:
            text = _("A patient's sheet is for one event: leave it out.")
            yield Pointer("/patient_sheet", "no_sheet", text)

    def values(self, stored: Stored) -> Mapping[str, Any]:
        return {**super().values(stored), **(stored.get(CUMULATIVE) or {})}

    def written(self, result: Result) -> Stored:
        found = dict(super().written(result))
        classes = {one.name: one.value for one in classes_of(result)}
        sums = {one.name: one.value for one in result.estimates if is_sum(result, one.name)}
        top = max(classes, key=lambda name: classes[name], default=None)
        found |= {self.told: classes, "top": top}
        return {**found, CUMULATIVE: sums} if sums else found

    def shown(self, seen: Seen) -> ShownClasses | None:
        return shown(seen)

    def measured(self, manifest: Stored, sheet: Sheet) -> MeasuredClasses:
        return measured(manifest, sheet)

    def leaves_open(self, result: Result) -> bool:
        return is_all_open(result)

    def fhir(self, result: Result, sheet: Sheet) -> tuple[Stored, ...]:
        return tuple(wire.predictions(result, sheet))
