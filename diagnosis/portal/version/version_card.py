"""A version's card: what its manifest says, in the order in which it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diagnosis.inference.lists import added
from diagnosis.ml.schema import FeatureSchema
from diagnosis.portal.charts.curves import Calibration, RocCurve, calibration, roc
from diagnosis.portal.charts.directions import DirectionBar, direction_bars
from diagnosis.portal.version.likeness_card import Likeness, likeness
from diagnosis.portal.version.version_inputs import DIRECTIONS, InputRow, inputs_of
from diagnosis.portal.words.added_value import difference, metric_interval
from diagnosis.portal.words.figures import decimal, exact_percent, exact_range, percent
from diagnosis.portal.words.sentences import flagged_sentences
from diagnosis.registry.models import ModelVersion
from diagnosis.registry.sheet.bands import Band
from diagnosis.registry.versions import contradictions
from diagnosis.results import RESULT_KINDS, panels
from diagnosis.results.absent import Absent, absent
from diagnosis.results.kind import Measured, Templates
from medportal.common.text import localized

METRICS: dict[str, str | Promise] = {
    "auroc": gettext_lazy("AUROC: ranks a patient with the event above one without"),
    "auprc": gettext_lazy("AUPRC"),
    "brier": gettext_lazy("Brier score (0 is perfect)"),
    "calibration_slope": gettext_lazy("Calibration slope (1 is right)"),
    "calibration_intercept": gettext_lazy("Calibration intercept (0 is right)"),
    "recall": gettext_lazy("Sensitivity at the threshold"),
    "specificity": gettext_lazy("Specificity at the threshold"),
    "accuracy": gettext_lazy("Accuracy at the threshold"),
    "f1": gettext_lazy("F1 at the threshold"),
}
TECHNICAL = ("auprc", "f1")
ENOUGH_EVENTS = 100
"""Below, the calibration slope is unknown: that is said instead of a number."""
SLOPE = "calibration_slope"


@dataclass(frozen=True)
class MetricRow:
    """One metric with its interval, or what stands instead."""

    label: str
    value: str
    interval: str
    remark: str = ""
    is_technical: bool = False
    """For those who build and review models; a doctor reads the others."""


@dataclass(frozen=True)
class ComparatorRow:
    """One model or score on the same folds."""

    code: str
    label: str
    auroc: str
    auroc_interval: str
    ahead: str
    brier: str
    slope: str
    is_model: bool


@dataclass(frozen=True)
class BandRow:
    """A band with what happened to the validation patients in it."""

    code: str
    label: str
    limits: str
    n: str
    events: str
    rate: str
    text: str
    source: str


@dataclass(frozen=True)
class DirectionRow:
    """Expected against actual, and why they differ."""

    bar: DirectionBar
    label: str
    expected: str
    actual: str
    change: str
    note: str
    note_en: str
    note_zh: str


@dataclass(frozen=True)
class Card:
    """Everything, ready to be written down."""

    metrics: tuple[MetricRow, ...]
    comparators: tuple[ComparatorRow, ...]
    bands: tuple[BandRow, ...]
    flagged: tuple[str, ...]
    flagged_per_100: str
    roc: RocCurve | None
    auroc: str
    calibration: Calibration | None
    directions: tuple[DirectionRow, ...]
    inputs: tuple[InputRow, ...]
    subgroups: tuple[MetricRow, ...]
    likeness: Likeness | None
    rows: int | None
    events: int | None
    threshold: str
    measured: Measured | None = None
    """What its kind says of how good it is, in place of AUROC, Brier and slope."""
    templates: Templates | None = None
    directions_known: bool = True
    absent: tuple[Absent, ...] = ()
    """What this kind of answer does not have, and why."""

    @property
    def contradictions(self) -> tuple[DirectionRow, ...]:
        return tuple(row for row in self.directions if row.bar.contradiction)

    @property
    def unexplained(self) -> tuple[DirectionRow, ...]:
        return tuple(row for row in self.contradictions if not row.note)


def _metric(name: str, metric: Mapping[str, Any], events: int | None) -> MetricRow:
    label = str(METRICS[name])
    if name == SLOPE and events is not None and events < ENOUGH_EVENTS:
        return MetricRow(label, _("unknown"), "", _("fewer than 100 events"))
    decimals = 3 if name in ("auroc", "auprc", "brier") else 2
    value = decimal(metric.get("value"), decimals)
    interval = metric_interval(metric, decimals)
    return MetricRow(label, value, interval, is_technical=name in TECHNICAL)


def _comparators(manifest: Mapping[str, Any]) -> tuple[ComparatorRow, ...]:
    rows = [
        _comparator(given, given.get("metrics") or {})
        for given in manifest.get("comparators") or ()
    ]
    ours = _comparator({"code": "model", "label": _("This version")}, manifest["metrics"])
    return (*rows, ours)


def _comparator(given: Mapping[str, Any], metrics: Mapping[str, Any]) -> ComparatorRow:
    auroc, ahead = metrics.get("auroc") or {}, given.get("difference") or {}
    return ComparatorRow(
        code=given["code"],
        label=localized(given["label"]),
        auroc=decimal(auroc.get("value"), 3),
        auroc_interval=metric_interval(auroc),
        ahead=difference(ahead.get("value"), added.Figure.from_dict(ahead).ends),
        brier=decimal((metrics.get("brier") or {}).get("value"), 3),
        slope=decimal((metrics.get(SLOPE) or {}).get("value"), 2),
        is_model=given["code"] == "model",
    )


def band_limits(listed: Sequence[Band], place: int) -> str:
    """«over 10 % to 40 %», in the words of the band's own ends."""
    band = listed[place]
    low, high = exact_percent(band.lower), exact_percent(band.upper)
    if place == 0:
        return f"\u2264\u00a0{high}" if band.upper_inclusive else f"<\u00a0{high}"
    if place == len(listed) - 1:
        # The upper limit that a band leaves out belongs to the next one.
        return f">\u00a0{low}" if listed[place - 1].upper_inclusive else f"\u2265\u00a0{low}"
    return exact_range(band.lower, band.upper)


def band_rows(version: ModelVersion) -> tuple[BandRow, ...]:
    bands = version.definition.bands
    counted = {c["code"]: c for c in version.manifest.get("bands") or ()}
    rows = []
    for i, band in enumerate(bands):
        counts = counted.get(band.code, {})
        rate = counts.get("rate")
        if rate is None and counts.get("n"):
            rate = counts["events"] / counts["n"]
        rows.append(
            BandRow(
                code=band.code,
                label=localized(band.label),
                limits=band_limits(bands, i),
                n=str(counts.get("n", "")),
                events=str(counts.get("events", "")),
                rate="" if rate is None else percent(rate),
                text=localized(band.text),
                source=localized(band.source),
            )
        )
    return tuple(rows)


def _direction_rows(version: ModelVersion, schema: FeatureSchema) -> tuple[DirectionRow, ...]:
    rows = []
    for bar in direction_bars(version.manifest.get("directions") or ()):
        label = localized(schema[bar.feature].label) if bar.feature in schema else bar.feature
        note = contradictions.note(version, bar.feature) or {}
        change = "" if bar.effect is None else f"{bar.effect * 100:+.0f}".replace("-", "\u2212")
        rows.append(
            DirectionRow(
                bar=bar,
                label=label,
                expected=str(DIRECTIONS.get(bar.expected, bar.expected)),
                actual=str(DIRECTIONS.get(bar.actual, bar.actual)),
                change=change,
                note=localized(note),
                note_en=note.get("en", ""),
                note_zh=note.get("zh-Hans", ""),
            )
        )
    return tuple(rows)


def _subgroups(manifest: Mapping[str, Any]) -> tuple[MetricRow, ...]:
    rows = []
    for group in manifest.get("subgroups") or ():
        auroc = (group.get("metrics") or {}).get("auroc") or {}
        label = localized(group.get("label")) or str(group.get("code", ""))
        remark = _("{n} patients, {events} events").format(n=group["n"], events=group["events"])
        value = decimal(auroc.get("value"), 3)
        rows.append(MetricRow(label, value, metric_interval(auroc), remark))
    return tuple(rows)


def _lies_ahead(version: ModelVersion) -> bool:
    return bool(version.definition.horizon.days)


def unit_of(version: ModelVersion) -> str:
    """In which the number is told that a version estimates; empty for a probability."""
    kind = RESULT_KINDS.get(version.definition.kind)
    return kind.figures(version.definition).unit if kind else ""


def card(version: ModelVersion) -> Card:
    manifest = version.manifest
    schema = FeatureSchema.from_dict(manifest["schema"])
    evaluation, curves = manifest.get("evaluation") or {}, manifest.get("curves") or {}
    events, flagged = evaluation.get("events"), manifest.get("flagged") or {}
    metrics, kind = manifest["metrics"], RESULT_KINDS.get(version.definition.kind)
    return Card(
        metrics=tuple(_metric(n, metrics[n], events) for n in METRICS if metrics.get(n)),
        comparators=_comparators(manifest),
        bands=band_rows(version),
        flagged=tuple(flagged_sentences(flagged, ahead=_lies_ahead(version))),
        flagged_per_100=str(round(flagged["flagged_per_100"]))
        if flagged.get("flagged_per_100") is not None
        else "",
        roc=roc(curves.get("roc") or ()),
        auroc=decimal((metrics.get("auroc") or {}).get("value"), 3),
        calibration=calibration(curves.get("calibration") or (), curves.get("histogram") or ()),
        directions=_direction_rows(version, schema),
        inputs=inputs_of(version),
        subgroups=_subgroups(manifest),
        likeness=likeness(manifest, schema),
        rows=evaluation.get("rows"),
        events=events,
        threshold=exact_percent(evaluation.get("threshold") or 0.5),
        measured=kind.measured(manifest, version.definition) if kind else None,
        templates=kind.templates if kind else None,
        absent=tuple(absent(kind, panels(version.definition, schema))) if kind else (),
        directions_known=manifest.get("directions") is not None,
    )
