"""How good a model of classes is, by its manifest: by class, its sets, and what is beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.card import Figure, figure
from diagnosis.results.figures import percent
from diagnosis.results.kind import Measured
from diagnosis.results.multiclass.shown import called
from medportal.common.plain import Stored
from medportal.common.text import localized

FEW_EVENTS = 100


@dataclass(frozen=True)
class OfAClass:
    """One class or sum: whom it rests on, how well it is told apart, how often its sets hold."""

    label: str
    events: int
    rows: int
    auroc: Figure
    precision: Figure
    ratio: Figure
    slope: Figure | None
    """None: fewer than 100 with or without it."""
    coverage: Figure | None


@dataclass(frozen=True)
class Beside:
    label: str
    rps: Figure
    brier: Figure
    auroc: Figure
    ahead: str
    verdict: str
    is_model: bool


@dataclass(frozen=True)
class Sets:
    """How often they held, how large they are, and how often they say nothing."""

    level: str
    coverage: Figure
    held: int
    rows: int
    size: str
    all_open: str


@dataclass(frozen=True)
class MeasuredClasses(Measured):
    classes: tuple[OfAClass, ...] = ()
    beside: tuple[Beside, ...] = ()
    base_rps: Figure | None = None
    base_brier: Figure | None = None
    kappa: Figure | None = None
    sets: Sets | None = None
    equal: tuple[str, ...] = ()
    """Those over which no gain is shown."""


def measured(manifest: Stored, sheet: Sheet) -> MeasuredClasses:
    metrics, told = manifest.get("metrics") or {}, manifest.get("conformal")
    others = manifest.get("comparators") or ()
    ours = {"label": {"en": "This version", "zh-Hans": "本版本"}, "metrics": metrics}
    return MeasuredClasses(
        classes=tuple(_classes(manifest, sheet)),
        beside=(*(_beside(one) for one in others), _beside(ours, is_model=True)),
        base_rps=figure(metrics.get("rps_base"), 3) if "rps_base" in metrics else None,
        base_brier=figure(metrics.get("brier_base"), 3) if "brier_base" in metrics else None,
        kappa=figure(metrics.get("kappa"), 2) if "kappa" in metrics else None,
        sets=_sets(told) if told and told.get("kind") == "set" else None,
        equal=tuple(localized(one["label"]) for one in others if one["verdict"] == "no-gain"),
    )


def _classes(manifest: Stored, sheet: Sheet) -> Iterator[OfAClass]:
    coverage = {one["code"]: one for one in (manifest.get("conformal") or {}).get("classes") or ()}
    told = manifest.get("estimates") or {}
    listed = [*((manifest.get("task") or {}).get("classes") or ())]
    for name in [*listed, *(name for name in told if name not in listed)]:
        one = told[name]
        metrics, events, rows = one["metrics"], one["events"], one["rows"]
        thin = min(events, rows - events) < FEW_EVENTS
        yield OfAClass(
            label=called(sheet, name),
            events=events,
            rows=rows,
            auroc=figure(metrics.get("auroc"), 2),
            precision=figure(metrics.get("auprc"), 2),
            ratio=figure(metrics.get("expected_observed"), 2),
            slope=None if thin else figure(metrics.get("calibration_slope"), 2),
            coverage=_share(coverage[name]) if name in coverage else None,
        )


def _beside(given: Stored, *, is_model: bool = False) -> Beside:
    metrics = given["metrics"]
    found = figure(given.get("difference"), 3, signed=True, signed_ends=True)
    return Beside(
        label=localized(given["label"]),
        rps=figure(metrics.get("rps"), 3),
        brier=figure(metrics.get("brier"), 3),
        auroc=figure(metrics.get("auroc"), 3),
        ahead=found.in_a_line,
        verdict=_verdict(given.get("verdict")),
        is_model=is_model,
    )


def _verdict(found: str | None) -> str:
    said = {"gain": _("better"), "no-gain": _("no difference shown"), "loss": _("worse")}
    return said.get(found or "", "")


def _sets(told: Stored) -> Sets:
    return Sets(
        level=percent(told["level"]),
        coverage=_share(told["coverage"]),
        held=told["coverage"]["held"],
        rows=told["coverage"]["rows"],
        size=f"{told['mean_size']:.1f}",
        all_open=percent(told["all_open"] or 0.0),
    )


def _share(found: Stored) -> Figure:
    return Figure(
        percent(found["value"]), f"{percent(found['lower'])}\u2013{percent(found['upper'])}"
    )
