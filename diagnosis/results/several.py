"""What kinds have in common whose answer is several numbers: classes, labels, horizons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diagnosis.ml.results.estimate import Estimate, Scale
from diagnosis.registry.sheet.bands import cover
from diagnosis.registry.sheet.checks import GAP
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.figures import PERCENT, Figures
from diagnosis.results.kind import Measured, Panel
from diagnosis.results.result import Belonging, Result
from medportal.common.errors import Pointer
from medportal.common.plain import Stored
from medportal.common.text import Text

NAME = re.compile(r"[^/?#%\s][^/?#%]{0,59}")
"""It stands in addresses: of REST as a part of the path."""
NAMES = _("Name the numbers of the answer, in their order, each in both languages.")
A_NAME = _("A name has up to 60 letters, none of them / ? # or %, and each number its own.")
EXPLAINED = _("Mark at least one of the numbers as explained.")
NO_SUCH = _("The service names no such number.")
NOT_EXPLAINED = _("Bands speak of this number, so its reasons must be there: mark it explained.")
OF_WHAT = _("Say of which number these speak (bands_of), or leave them out.")
WITHOUT = _("An answer without one number that says it all has no own estimate: leave it out.")


@dataclass(frozen=True)
class Several:
    """Estimates by name, all of them probabilities; the sheet says which is the headline, if any.

    ``told`` is the name of their mapping in what is stored; ``apart`` of it are kept under a name
    of their own.
    """

    told: str = "probabilities"
    word: str = "probability"
    """What one of them is called."""
    censors: bool = False
    why_not: Mapping[Panel, str | Promise] = field(default_factory=dict)

    def scales(self, sheet: Sheet) -> Mapping[str, Scale]:
        return {one.name: PERCENT.scale for one in sheet.estimates}

    def headline(self, sheet: Sheet) -> str | None:
        return sheet.bands_of

    def explained(self, sheet: Sheet) -> tuple[str, ...]:
        listed = [one.name for one in sheet.estimates if one.explained]
        return tuple(sorted(listed, key=lambda name: name != sheet.bands_of))

    def called(self, sheet: Sheet, estimate: str) -> Text:
        """Its own name where the sheet does not know it."""
        found = sheet.estimate_named(estimate)
        return found.text if found else {"en": estimate, "zh-Hans": estimate}

    def problems(self, sheet: Sheet) -> Iterator[Pointer]:
        yield from _names(sheet)
        if sheet.scale is not None:
            text = _("A probability needs no scale: leave it out.")
            yield Pointer("/scale", "unknown_field", text)
        if sheet.bands_of is None:
            for name, why in _WITHOUT_HEADLINE.items():
                if getattr(sheet, name):
                    yield Pointer(f"/{name}", "no_headline", why)
        elif sheet.estimate_named(sheet.bands_of) is None:
            yield Pointer("/bands_of", "unknown_estimate", NO_SUCH)
        elif sheet.bands_of not in self.explained(sheet):
            yield Pointer("/bands_of", "not_explained", NOT_EXPLAINED)
        if sheet.bands and not cover(sheet.bands, (0.0, 1.0)):
            yield Pointer("/bands", GAP, _("The bands must cover 0 to 1 without a gap."))

    def read(self, stored: Stored) -> tuple[Estimate, ...]:
        ends = stored.get("intervals") or {}
        return tuple(
            Estimate(name, float(value), _pair(ends.get(name)))
            for name, value in self.values(stored).items()
        )

    def values(self, stored: Stored) -> Mapping[str, Any]:
        """Every number by its name."""
        found: Mapping[str, Any] = stored.get(self.told) or {}
        return found

    def headline_of(self, stored: Stored) -> str | None:
        found: str | None = stored.get("headline")
        return found

    def written(self, result: Result) -> Stored:
        spans = {one.name: list(one.interval) for one in result.estimates if one.interval}
        return {
            self.told: {one.name: one.value for one in result.estimates},
            "intervals": spans or None,
            "headline": result.headline_name,
        }

    def belonging(self, manifest: Stored, estimate: Estimate | None) -> Belonging:
        return Belonging()

    def leaves_open(self, result: Result) -> bool:
        return False

    def measured(self, manifest: Stored, sheet: Sheet) -> Measured | None:
        return None

    def figures(self, sheet: Sheet) -> Figures:
        return PERCENT

    def line(self, result: Result, sheet: Sheet) -> str:
        return ""


_WITHOUT_HEADLINE: Mapping[str, str | Promise] = {
    "bands": OF_WHAT, "flag_threshold": OF_WHAT, "ask_own_estimate": WITHOUT,
}  # fmt: skip


def _names(sheet: Sheet) -> Iterator[Pointer]:
    if not sheet.estimates:
        yield Pointer("/estimates", "required", NAMES)
        return
    seen: set[str] = set()
    for index, one in enumerate(sheet.estimates):
        if not NAME.fullmatch(one.name) or one.name in seen:
            yield Pointer(f"/estimates/{index}/name", "invalid", A_NAME)
        seen.add(one.name)
    if not any(one.explained for one in sheet.estimates):
        yield Pointer("/estimates", "not_explained", EXPLAINED)


def _pair(ends: Any) -> tuple[float, float] | None:
    return (float(ends[0]), float(ends[1])) if ends else None
