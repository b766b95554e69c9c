"""What kinds have in common whose answer is one quantity with its unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from diagnosis.ml.results.estimate import Estimate, Scale
from diagnosis.registry.sheet.bands import cover
from diagnosis.registry.sheet.checks import GAP
from diagnosis.registry.sheet.kinds import BOTH
from diagnosis.registry.sheet.sheets import ScaleSaid, Sheet
from diagnosis.results.figures import Figures, Quantity
from diagnosis.results.kind import Panel, Seen, Shown, Templates
from diagnosis.results.pictures.bands import BandScale, band_scale
from diagnosis.results.result import Belonging, Result
from diagnosis.results.sentences import SENTENCES, interval_sentence
from diagnosis.results.single import Single
from diagnosis.results.wire import extension, interval, quantity
from medportal.common.errors import Pointer
from medportal.common.plain import Stored
from medportal.common.text import localized

TEMPLATES = Templates("results/quantity/_number.html")
NEEDS_A_SCALE = _("Needs the scale of the number: unit, low, high and step.")
NOT_IN_ORDER = _("A scale goes from low to high in steps greater than 0.")
ONLY_PROBABILITIES = _("Only a service that answers a probability has this: leave it out.")


@dataclass(frozen=True)
class ShownQuantity(Shown):
    """On the scale of the sheet, with its bands, limits and ends."""

    scale: BandScale
    limits: tuple[tuple[str, str, int], ...]
    ends: tuple[str, str]


@dataclass(frozen=True)
class OneQuantity(Single):
    """One estimate in the unit of the sheet, which is the headline.

    Estimated and not measured: it has no event, so nothing that counts events is there.
    """

    templates: Templates = TEMPLATES
    panels: frozenset[Panel] = frozenset()

    def scales(self, sheet: Sheet) -> Mapping[str, Scale]:
        return {self.estimate: _scale(sheet)}

    def problems(self, sheet: Sheet) -> Iterator[Pointer]:
        if not sheet.sentence.quantity:
            yield Pointer("/sentence/quantity", "text_missing", BOTH)
        yield from self.surplus(sheet)
        scale = sheet.scale
        if scale is None:
            yield Pointer("/scale", "required", NEEDS_A_SCALE)
        elif not _is_in_order(scale):
            yield Pointer("/scale", "out_of_range", NOT_IN_ORDER)
        elif sheet.bands and not cover(sheet.bands, sheet.ends):
            text = _("The bands must cover the scale from {low} to {high} without a gap.")
            yield Pointer("/bands", GAP, text.format(low=scale.low, high=scale.high))
        for name in ("flag_threshold", "ask_own_estimate", "patient_sheet"):
            if getattr(sheet, name):
                yield Pointer(f"/{name}", "only_probabilities", ONLY_PROBABILITIES)

    def belonging(self, manifest: Stored, estimate: Estimate | None) -> Belonging:
        return Belonging()

    def figures(self, sheet: Sheet) -> Figures:
        return Quantity(_scale(sheet))

    def shown(self, seen: Seen) -> ShownQuantity | None:
        headline, sheet = seen.result.headline, seen.sheet
        if headline is None:
            return None
        figures, listed = self.figures(sheet), () if seen.is_expired else sheet.bands
        drawn = band_scale(listed, headline.value, headline.interval, seen.band, sheet.ends)
        said = figures.said(headline.value)
        return ShownQuantity(
            said=said,
            sentence=localized(SENTENCES["estimated"]).format(
                quantity=localized(sheet.sentence.quantity), value=said
            ),
            interval=interval_sentence(seen.result, figures),
            interval_short=figures.span(*headline.interval) if headline.interval else "",
            scale=drawn,
            limits=tuple(
                (limit.at, figures.exact(limit.value), 10 if limit.raised else 21)
                for limit in drawn.limits
            ),
            ends=(figures.exact(sheet.ends[0]), figures.exact(sheet.ends[1])),
        )

    def fhir(self, result: Result, sheet: Sheet) -> tuple[Stored, ...]:
        """No element of a RiskAssessment holds a quantity: an extension, and the words."""
        headline, scale = result.headline, _scale(sheet)
        outcome = {"text": localized(sheet.sentence.quantity)}
        if headline is None:
            return ({"outcome": outcome},)
        told = [extension("estimate", valueQuantity=quantity(headline.value, scale))]
        if headline.interval is not None:
            told.append(interval(headline.interval, scale))
        return ({"outcome": outcome, "extension": told},)


def _scale(sheet: Sheet) -> Scale:
    said = sheet.scale
    if said is None or not _is_in_order(said):  # no sheet is defined so; it must be readable
        return Scale("1", 0.0, 100.0, 1.0)
    return Scale(said.unit, said.low, said.high, said.step)


def _is_in_order(scale: ScaleSaid) -> bool:
    return scale.low < scale.high and 0 < scale.step < scale.high - scale.low
