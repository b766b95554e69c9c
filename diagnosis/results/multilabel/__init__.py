"""Several yes or no beside each other: a probability a label, and which of them are flagged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from diagnosis.ml.results.estimate import Estimate
from diagnosis.registry.sheet.kinds import BOTH
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.kind import Panel, Seen, Templates
from diagnosis.results.multilabel import wire
from diagnosis.results.multilabel.card import MeasuredLabels, measured
from diagnosis.results.multilabel.shown import ShownLabels, flagged_words, shown
from diagnosis.results.result import Belonging, LabelFacts, Result
from diagnosis.results.several import Several
from medportal.common.errors import Pointer
from medportal.common.plain import Stored

TEMPLATES = Templates(
    "results/multilabel/_number.html",
    adds="results/multilabel/_card_adds.html",
    metrics="results/multilabel/_card_metrics.html",
)
NO_ONE = _("No single label speaks for all of them, so there is no headline: leave it out.")


@dataclass(frozen=True)
class Multilabel(Several):
    """Each label is judged for itself: no sum, no headline, so no band, trend or cohort."""

    name: str = "multilabel"
    panels: frozenset[Panel] = frozenset()
    templates: Templates = TEMPLATES

    def problems(self, sheet: Sheet) -> Iterator[Pointer]:
        yield from super().problems(sheet)
        if not sheet.sentence.none:
            yield Pointer("/sentence/none", "text_missing", BOTH)
        for name in ("bands_of", "patient_sheet"):
            if getattr(sheet, name):
                yield Pointer(f"/{name}", "no_headline", NO_ONE)

    def belonging(self, manifest: Stored, estimate: Estimate | None) -> Belonging:
        """How often each label is there, and what its threshold did to rows it was not set on."""
        found = manifest.get("estimates") or {}
        return Belonging(labels=tuple(_facts(name, one) for name, one in found.items()))

    def measured(self, manifest: Stored, sheet: Sheet) -> MeasuredLabels | None:
        return measured(manifest, sheet)

    def line(self, result: Result, sheet: Sheet) -> str:
        return flagged_words(result, sheet)

    def shown(self, seen: Seen) -> ShownLabels | None:
        return shown(seen)

    def fhir(self, result: Result, sheet: Sheet) -> tuple[Stored, ...]:
        return wire.predictions(result, sheet)


def _facts(name: str, found: Stored) -> LabelFacts:
    told = found.get("flagged") or {}
    return LabelFacts(
        name=name,
        rate=found.get("rate"),
        threshold=told.get("threshold"),
        flagged=told.get("flagged"),
        right=told.get("right"),
        missed=told.get("missed"),
    )
