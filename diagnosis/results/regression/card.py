"""How good an estimated number is, by the manifest: errors in its unit, ranges, simpler ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diagnosis.ml.schema import FeatureSchema
from diagnosis.results.card import NONE, Figure, figure
from diagnosis.results.figures import exact_percent, exact_range
from diagnosis.results.kind import Measured
from medportal.common.plain import Stored
from medportal.common.quantities import number, unit
from medportal.common.text import localized

METRICS: dict[str, str | Promise] = {
    "mae": gettext_lazy("Error on average, in either direction"),
    "within_10": gettext_lazy("Within 10 % of the true value"),
    "bias": gettext_lazy("Bias: estimated less true, on average"),
    "lower_limit": gettext_lazy("Lower limit of agreement (Bland and Altman)"),
    "upper_limit": gettext_lazy("Upper limit of agreement (Bland and Altman)"),
    "rmse": gettext_lazy("Root of the mean squared error"),
    "r2": gettext_lazy("Share of the variance explained; it grows with the spread of the people"),
}
SHARES, SIGNED, BARE = ("within_10",), ("bias", "lower_limit", "upper_limit"), ("r2",)
VERDICTS: dict[str, str | Promise] = {
    "gain": gettext_lazy("this version is better"),
    "no-gain": gettext_lazy("no difference shown"),
    "loss": gettext_lazy("this version is worse"),
}


@dataclass(frozen=True)
class MetricOf:
    """One metric, on the folds and on the patients who were held out of everything."""

    label: str
    folds: Figure
    held_out: Figure


@dataclass(frozen=True)
class Beside:
    """One simpler or other way to the number, on the same folds."""

    label: str
    error: Figure
    within: Figure
    ahead: Figure
    verdict: str
    is_model: bool


@dataclass(frozen=True)
class Covered:
    """How often the range held the true value, for everybody or in one group."""

    label: str
    held: str
    share: Figure
    is_missed: bool


@dataclass(frozen=True)
class MeasuredNumber(Measured):
    rows: int | None = None
    held_out_rows: int | None = None
    metrics: tuple[MetricOf, ...] = ()
    beside: tuple[Beside, ...] = ()
    equal: tuple[str, ...] = ()
    """Simpler or other ways over which no gain is shown."""
    level: str = ""
    width: str = ""
    coverage: tuple[Covered, ...] = ()


def measured(manifest: Stored) -> MeasuredNumber:
    own, aside = manifest.get("metrics") or {}, manifest.get("held_out") or {}
    told, ucum = manifest.get("conformal") or {}, (manifest.get("task") or {}).get("unit")
    others = manifest.get("comparators") or ()
    ours = {"label": _("This version"), "metrics": own}
    return MeasuredNumber(
        rows=(manifest.get("evaluation") or {}).get("rows"),
        held_out_rows=aside.get("rows"),
        metrics=tuple(_metrics(own, aside.get("metrics") or {}, ucum)),
        beside=(*(_beside(one, ucum) for one in others), _beside(ours, ucum, is_model=True)),
        equal=tuple(localized(one["label"]) for one in others if one.get("verdict") != "gain"),
        level=exact_percent(told["level"]) if told else "",
        width=_in_unit(told["mean_size"], ucum) if told.get("mean_size") is not None else "",
        coverage=tuple(_coverage(told, manifest)) if told else (),
    )


def _metrics(folds: Stored, aside: Stored, ucum: str | None) -> Iterator[MetricOf]:
    for name, label in METRICS.items():
        if folds.get(name):
            yield MetricOf(
                str(label),
                _figure(folds[name], name, ucum),
                _figure(aside.get(name), name, ucum),
            )


def _beside(given: Stored, ucum: str | None, *, is_model: bool = False) -> Beside:
    metrics = given["metrics"]
    return Beside(
        label=localized(given["label"]),
        error=_figure(metrics.get("mae"), "mae", ucum),
        within=_figure(metrics.get("within_10"), "within_10", ucum),
        ahead=_figure(_turned(given.get("difference")), "bias", ucum),
        verdict=str(VERDICTS.get(given.get("verdict") or "", "")),
        is_model=is_model,
    )


def _turned(difference: Stored | None) -> Stored | None:
    """A difference of errors as what this version is ahead by: a smaller error is a gain."""
    if not difference:
        return None
    value, low, high = (difference[name] for name in ("value", "lower", "upper"))
    return {"value": -value, "lower": -high, "upper": -low}


def _coverage(told: Stored, manifest: Stored) -> Iterator[Covered]:
    yield _covered(told["coverage"], _("everybody"), is_missed=False)
    schema = FeatureSchema.from_dict(manifest["schema"])
    missed = [_key(one) for one in told.get("missed") or ()]
    for one in told.get("subgroups") or ():
        yield _covered(one, _group(one, schema, manifest), is_missed=_key(one) in missed)


def _covered(one: Stored, label: str, *, is_missed: bool) -> Covered:
    share = Figure(exact_percent(one["value"]), exact_range(one["lower"], one["upper"]))
    held = _("{held} of {rows}").format(held=one["held"], rows=one["rows"])
    return Covered(label, held, share, is_missed)


def _key(one: Stored) -> tuple[str, ...]:
    return tuple(str(one.get(name)) for name in ("by", "code", "low", "high"))


def _group(one: Stored, schema: FeatureSchema, manifest: Stored) -> str:
    if one.get("label"):
        return localized(one["label"])
    by, code = one["by"], one.get("code")
    feature = next((one for one in schema.features if one.name == by), None)
    category = feature.category(float(code)) if feature and code is not None else None
    name = localized(feature.label) if feature else _("estimate")
    if category:
        return f"{name} {localized(category.label)}"
    ucum = feature.unit if feature else (manifest.get("task") or {}).get("unit")
    if one.get("low") is None:
        return _("{name} under {value}").format(name=name, value=_in_unit(one["high"], ucum))
    low = _in_unit(one["low"], ucum)
    if one.get("high") is None:
        return _("{name} {value} and over").format(name=name, value=low)
    return f"{name} {number(one['low'], 1)}\u2013{_in_unit(one['high'], ucum)}"


def _in_unit(value: float, ucum: str | None) -> str:
    return f"{number(value, 1)}\u00a0{unit(ucum)}".rstrip("\u00a0")


def _figure(found: Stored | None, name: str, ucum: str | None) -> Figure:
    """In the unit of the number; what is a share in whole per cent."""
    if not found or found.get("value") is None:
        return Figure(NONE)
    if name in SHARES:
        return Figure(exact_percent(found["value"]), exact_range(found["lower"], found["upper"]))
    told = figure(found, 2, signed=name in SIGNED)
    is_bare = name in BARE or not ucum
    return told if is_bare else replace(told, value=f"{told.value}\u00a0{unit(ucum)}")
