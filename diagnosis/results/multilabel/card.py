"""How good each label is, by the manifest: precision and whom a flag caught, beside other models.

AUROC alone hides it: a label that one report in fifty has is ranked well by almost everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from diagnosis.ml.evaluation.counts import exact_interval
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.card import decimal
from diagnosis.results.figures import percent, percent_range
from diagnosis.results.kind import Measured
from diagnosis.results.sentences import beside
from medportal.common import moments, signs
from medportal.common.plain import Stored
from medportal.common.text import localized

SENTENCES = beside(__file__)
PRECISION = "auprc"


@dataclass(frozen=True)
class OfLabel:
    """One label on one set of rows; ``precision`` of those who were flagged."""

    label: str
    events: str
    base_rate: str
    area: str
    area_ends: str
    auroc: str
    flagged: str
    right: str
    missed: str
    precision: str
    precision_ends: str


@dataclass(frozen=True)
class OnRows:
    """All labels on one set of rows."""

    title: str
    labels: tuple[OfLabel, ...]


@dataclass(frozen=True)
class Beside:
    """One model or score on the same folds: the mean over the labels, and each label."""

    label: str
    area: str
    area_ends: str
    ahead: str
    verdict: str
    each: tuple[str, ...]
    is_model: bool = False


@dataclass(frozen=True)
class MeasuredLabels(Measured):
    tables: tuple[OnRows, ...] = ()
    beside: tuple[Beside, ...] = ()
    names: tuple[str, ...] = ()
    better: tuple[str, ...] = ()
    """Other models that were shown to be better than this version."""


def say(name: str, **facts: object) -> str:
    return localized(SENTENCES[name]).format(**facts)


def measured(manifest: Stored, sheet: Sheet) -> MeasuredLabels | None:
    found: Mapping[str, Stored] = manifest.get("estimates") or {}
    if not found:
        return None
    names = [one.name for one in sheet.estimates if one.name in found]
    return MeasuredLabels(
        tables=tuple(_tables(manifest, sheet, names)),
        beside=tuple(_others(manifest, names)),
        names=tuple(_name(sheet, name) for name in names),
        better=tuple(
            localized(one["label"])
            for one in manifest.get("comparators") or ()
            if one["verdict"] == "loss"
        ),
    )


def _tables(manifest: Stored, sheet: Sheet, names: Sequence[str]) -> Iterator[OnRows]:
    """The folds at random, then the last rows by date, by what the rows before them taught."""
    estimates: Mapping[str, Stored] = manifest["estimates"]
    for late in manifest.get("further") or ():
        if "labels" in late:
            told: Mapping[str, Stored] = late["labels"]
            rows = tuple(_of(sheet, name, told[name], told[name]) for name in names)
            yield OnRows(say("by_date", day=moments.day(date.fromisoformat(late["from"]))), rows)
    ours = [(name, estimates[name]) for name in names]
    yield OnRows(
        say("by_folds"),
        tuple(
            _of(sheet, name, {**one, **one["metrics"]}, one.get("flagged") or {})
            for name, one in ours
        ),
    )


def _of(sheet: Sheet, name: str, figures: Stored, told: Stored) -> OfLabel:
    area, flagged, right = figures[PRECISION], told.get("flagged"), told.get("right")
    ends = exact_interval(right, flagged) if flagged and right is not None else None
    return OfLabel(
        label=_name(sheet, name),
        events=say("of", events=figures["events"], rows=figures["rows"]),
        base_rate=percent(figures["events"] / figures["rows"], 1),
        area=_decimal(area["value"]),
        area_ends=_ends(area),
        auroc=_decimal(figures["auroc"]["value"]),
        flagged="–" if flagged is None else str(flagged),
        right="–" if right is None else str(right),
        missed=str(told.get("missed", "–")),
        precision=percent(right / flagged) if flagged and right is not None else "–",
        precision_ends=percent_range(*ends) if ends else "",
    )


def _others(manifest: Stored, names: Sequence[str]) -> Iterator[Beside]:
    for one in manifest.get("comparators") or ():
        area, apart = one["metrics"][PRECISION], one["difference"]
        yield Beside(
            label=localized(one["label"]),
            area=_decimal(area["value"]),
            area_ends=_ends(area),
            ahead=decimal(apart["value"], 2, signed=True)
            + signs.aside(
                " … ".join(decimal(apart[end], 2, signed=True) for end in ("lower", "upper"))
            ),
            verdict=say(one["verdict"]),
            each=tuple(_decimal(one["estimates"][name][PRECISION]["value"]) for name in names),
        )
    area = manifest["metrics"][PRECISION]
    own = manifest["estimates"]
    yield Beside(
        label=say("this"),
        area=_decimal(area["value"]),
        area_ends=_ends(area),
        ahead="–",
        verdict="–",
        each=tuple(_decimal(own[name]["metrics"][PRECISION]["value"]) for name in names),
        is_model=True,
    )


def _name(sheet: Sheet, name: str) -> str:
    said = sheet.estimate_named(name)
    return localized(said.text) if said else name


def _decimal(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _ends(found: Stored) -> str:
    if found.get("lower") is None or found.get("upper") is None:
        return ""
    return f"{found['lower']:.2f}–{found['upper']:.2f}"
