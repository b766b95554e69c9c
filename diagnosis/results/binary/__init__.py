"""Yes or no: the calibrated probability of one event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from diagnosis.ml.results.estimate import Estimate, Scale
from diagnosis.registry.sheet.bands import cover
from diagnosis.registry.sheet.checks import GAP
from diagnosis.registry.sheet.kinds import BOTH
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.binary import wire
from diagnosis.results.binary.shown import ShownBinary, shown
from diagnosis.results.figures import PERCENT, Figures
from diagnosis.results.kind import Panel, Seen, Templates
from diagnosis.results.result import Belonging, Result
from diagnosis.results.single import Single
from medportal.common.errors import Pointer
from medportal.common.plain import Stored

EVENT = "event"
TEMPLATES = Templates("results/binary/_number.html", "results/binary/_sheet.html")


@dataclass(frozen=True)
class Binary(Single):
    """One estimate, ``event``, which is the headline."""

    name: str = "binary"
    word: str = "probability"
    estimate: str = EVENT
    panels: frozenset[Panel] = frozenset(Panel)
    templates: Templates = TEMPLATES

    def scales(self, sheet: Sheet) -> Mapping[str, Scale]:
        return {EVENT: PERCENT.scale}

    def problems(self, sheet: Sheet) -> Iterator[Pointer]:
        yield from self.surplus(sheet)
        for name in ("event", "not_event"):
            if name not in sheet.sentence.told:
                yield Pointer(f"/sentence/{name}", "text_missing", BOTH)
        if sheet.bands and not cover(sheet.bands, (0.0, 1.0)):
            yield Pointer("/bands", GAP, _("The bands must cover 0 to 1 without a gap."))
        if sheet.flag_threshold is not None and not 0 < sheet.flag_threshold < 1:
            text = _("A threshold lies between 0 and 1.")
            yield Pointer("/flag_threshold", "out_of_range", text)
        if sheet.scale is not None:
            text = _("A probability needs no scale: leave it out.")
            yield Pointer("/scale", "unknown_field", text)

    def belonging(self, manifest: Stored, estimate: Estimate | None) -> Belonging:
        """How many of the validation patients with such a score had the event, and of all."""
        rate = (manifest.get("training") or {}).get("rate")
        return Belonging(None if estimate is None else _count(manifest, estimate.value), rate)

    def figures(self, sheet: Sheet) -> Figures:
        return PERCENT

    def shown(self, seen: Seen) -> ShownBinary | None:
        return shown(seen)

    def fhir(self, result: Result, sheet: Sheet) -> tuple[Stored, ...]:
        return (wire.prediction(result, sheet),)


def _count(manifest: Stored, probability: float) -> Stored | None:
    for entry in manifest.get("counts") or ():
        if entry["lower"] <= probability <= entry["upper"]:
            return dict(entry)
    return None
