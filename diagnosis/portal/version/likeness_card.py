"""What a version's card says of input unlike the training data: threshold, and what it catches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diagnosis.ml.schema import FeatureSchema
from diagnosis.portal.words.figures import decimal
from medportal.common.signs import before_unit
from medportal.common.text import localized

MISTAKES: dict[str, str | Promise] = {
    "tenfold": _("A value ten times too large"),
    "tenth": _("A value ten times too small"),
    "other_unit": _("A value read in the other unit"),
    "same_unit_tenfold": _("All values of one unit ten times too large"),
    "same_unit_tenth": _("All values of one unit ten times too small"),
    "swapped": _("Two values in each other's place"),
    "other_people": _("Every input from another patient"),
}


@dataclass(frozen=True)
class MistakeRow:
    """One kind of mistake: how often planted, how often the run would be refused for it."""

    label: str
    planted: int
    caught: int
    inputs: str = ""

    def with_more(self, other: MistakeRow) -> MistakeRow:
        planted, caught = self.planted + other.planted, self.caught + other.caught
        return replace(self, planted=planted, caught=caught)

    @property
    def per_100(self) -> str:
        return decimal(100 * self.caught / self.planted, 0)


@dataclass(frozen=True)
class Likeness:
    """The measure of a version, ready to be read; shares in per cent."""

    method: str
    threshold: str
    wanted: str
    refused: str
    lower: str
    upper: str
    rows: int
    mistakes: tuple[MistakeRow, ...]
    by_input: tuple[MistakeRow, ...]


def likeness(manifest: Mapping[str, Any], schema: FeatureSchema) -> Likeness | None:
    """None for a version without the measure."""
    found = manifest.get("novelty")
    if not found:
        return None
    share = found["refused"]
    rows = [_row(one, schema) for one in found["planted"]]
    return Likeness(
        method=found["method"],
        threshold=decimal(found["threshold"], 2),
        wanted=_percent(found["share"], 0),
        refused=_percent(share["value"]),
        lower=_percent(share["lower"]),
        upper=_percent(share["upper"]),
        rows=found["rows"],
        mistakes=_summed(replace(row, inputs="") for row in rows),
        by_input=_summed(row for row in rows if row.inputs),
    )


def _percent(share: float, decimals: int = 1) -> str:
    return f"{decimal(100 * share, decimals)}{before_unit('%')}%"


def _row(planted: Mapping[str, Any], schema: FeatureSchema) -> MistakeRow:
    kind = planted["kind"]
    named = [localized(schema[name].label) for name in planted["features"] if name in schema]
    inputs = "" if kind == "other_people" else " · ".join(named)
    return MistakeRow(str(MISTAKES.get(kind, kind)), planted["rows"], planted["caught"], inputs)


def _summed(rows: Iterable[MistakeRow]) -> tuple[MistakeRow, ...]:
    """One row a kind of mistake and input: units are mistaken in both directions."""
    sums: dict[tuple[str, str], MistakeRow] = {}
    for row in rows:
        before = sums.get((row.label, row.inputs))
        sums[row.label, row.inputs] = row if before is None else before.with_more(row)
    return tuple(sums.values())
