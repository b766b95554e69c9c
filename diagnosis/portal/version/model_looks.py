"""What a version's model looks at over many patients: importance, dependence, pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from diagnosis.inputs.units import measured, plain, shown_unit
from diagnosis.ml.schema import Feature, FeatureSchema
from diagnosis.portal.charts.dependence import Bin, Dependence, dependence, round_reach
from diagnosis.portal.result.reasons.shown import METHODS
from diagnosis.portal.words.figures import decimal, signed_decimal
from diagnosis.portal.words.wording import unit
from medportal.common.text import localized

Entry = Mapping[str, Any]
LEAST_PAIR = 0.001
"""A tenth of a point: what is less than that is not worth a line."""


@dataclass(frozen=True)
class ImportanceRow:
    """One input: how far it moves an estimate on average, with its interval as a whisker."""

    label: str
    points: str
    interval: str
    width: str
    whisker: tuple[str, str]
    fall: str


@dataclass(frozen=True)
class BinRow:
    """One value, or range of values, and what it does to the estimate."""

    value: str
    n: int
    points: str = ""
    middle_half: str = ""
    raises: bool = False
    left: str = "50%"
    width: str = "0%"
    whisker: tuple[str, str] | None = None


@dataclass(frozen=True)
class DependenceShown:
    """One input: a picture for numbers, rows with bars for categories."""

    label: str
    unit: str
    picture: Dependence | None
    ticks: tuple[tuple[float, str], ...]
    rows: tuple[BinRow, ...]


@dataclass(frozen=True)
class Looks:
    """Everything, in percentage points."""

    importance: tuple[ImportanceRow, ...]
    dependence: tuple[DependenceShown, ...]
    pairs: tuple[tuple[str, str], ...]
    rows: int
    background_rows: int
    method: str
    of_training: bool
    has_fall: bool


def looks(manifest: Entry) -> Looks | None:
    """None for a version whose file does not say."""
    found = manifest.get("explanations")
    if not found:
        return None
    schema = FeatureSchema.from_dict(manifest["schema"])
    importance = _importance(found["importance"], manifest.get("importance") or {}, schema)
    order = [row["feature"] for row in found["importance"]]
    given = sorted(found["dependence"], key=lambda d: order.index(d["feature"]))
    reach = round_reach(_largest(given))
    return Looks(
        importance=importance,
        dependence=tuple(_dependence(d, schema[d["feature"]], reach) for d in given),
        pairs=tuple(
            (_(" and ").join(localized(schema[n].label) for n in p["features"]), _points(p["mean"]))
            for p in found["interactions"]
            if p["mean"] >= LEAST_PAIR
        ),
        rows=found["rows"],
        background_rows=found["background_rows"],
        method=str(METHODS.get(found["method"], found["method"])),
        of_training=found["of"] == "training",
        has_fall=any(row.fall for row in importance),
    )


def _points(value: float) -> str:
    return decimal(100 * value, 1)


def _share(value: float) -> str:
    return f"{value:.1f}%"


def _importance(
    given: list[Entry], falls: Mapping[str, float], schema: FeatureSchema
) -> tuple[ImportanceRow, ...]:
    widest = max((row["upper"] for row in given), default=0.0) or 1.0
    return tuple(
        ImportanceRow(
            label=localized(schema[row["feature"]].label),
            points=_points(row["mean"]),
            interval=f"{_points(row['lower'])}\u2013{_points(row['upper'])}",
            width=_share(100 * row["mean"] / widest),
            whisker=(_share(100 * row["lower"] / widest), _share(100 * row["upper"] / widest)),
            fall=decimal(falls[row["feature"]], 3) if row["feature"] in falls else "",
        )
        for row in given
    )


def _largest(given: list[Entry]) -> float:
    """The farthest end of any middle half, in points: one scale for all inputs."""
    ends = [abs(b[e]) for d in given for b in d["bins"] if "mean" in b for e in ("lower", "upper")]
    return 100 * max(ends, default=0.01)


def _dependence(given: Entry, feature: Feature, reach: int) -> DependenceShown:
    bins = [_bin(one) for one in given["bins"]]
    picture = dependence(bins, reach) if feature.is_quantity else None
    ticks = () if picture is None else picture.ticks_x
    return DependenceShown(
        label=localized(feature.label),
        unit=_("years") if feature.unit == "a" else unit(shown_unit(feature)),
        picture=picture,
        ticks=tuple((at, _value(value, feature, bare=True)) for at, value in ticks),
        rows=tuple(_row(one, feature, reach) for one in bins),
    )


def _bin(given: Entry) -> Bin:
    told = {e: 100 * given[e] if e in given else None for e in ("mean", "lower", "upper")}
    return Bin(given["value"], given["n"], **told)


def _row(given: Bin, feature: Feature, reach: int) -> BinRow:
    value = _value(given.value, feature)
    if given.mean is None or given.lower is None or given.upper is None:
        return BinRow(value, given.n)
    size = min(50.0, abs(given.mean) / reach * 50)
    ends = [max(0.0, min(100.0, 50 + end / reach * 50)) for end in (given.lower, given.upper)]
    return BinRow(
        value=value,
        n=given.n,
        points=signed_decimal(given.mean, 1),
        middle_half=f"{signed_decimal(given.lower, 1)} \u2026 {signed_decimal(given.upper, 1)}",
        raises=given.mean >= 0,
        left=_share(50 - size if given.mean < 0 else 50),
        width=_share(size),
        whisker=(_share(ends[0]), _share(ends[1])),
    )


def _value(value: float | None, feature: Feature, *, bare: bool = False) -> str:
    if value is None:
        return _("not measured")
    if not feature.is_quantity:
        names = {c.code: localized(c.label) for c in feature.categories}
        return names.get(int(value), f"{value:g}")
    if bare and feature.unit == "a":
        return decimal(value, 0)
    return plain(feature, value, shown_unit(feature)) if bare else measured(feature, value)
