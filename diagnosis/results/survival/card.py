"""How good risks over time are, by the manifest: on another table first, then on the folds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from diagnosis.results.card import Figure, figure
from diagnosis.results.figures import percent
from diagnosis.results.kind import Measured
from diagnosis.results.pictures.agreement import Agreement, agreement
from diagnosis.results.survival.periods import period, say
from medportal.common.plain import Stored
from medportal.common.text import localized

BEHIND = 0.01
"""Of Uno's C: who is behind by less is not worse where it matters."""
FEW_EVENTS = 100


@dataclass(frozen=True)
class ByHorizon:
    """What is known of the risks by one horizon, and whom it rests on."""

    by: str
    events: int
    censored: int
    followed: int
    observed: Figure
    expected: str
    auc: Figure
    brier: Figure
    scaled: Figure
    ratio: Figure
    slope: Figure
    is_thin: bool
    said: str
    """That the risks are too high or too low by then, where it is shown."""


@dataclass(frozen=True)
class Beside:
    """One model or score on the same patients."""

    label: str
    uno: Figure
    harrell: Figure
    brier: Figure
    ahead: str
    verdict: str
    is_model: bool


@dataclass(frozen=True)
class OnATable:
    """All figures of one set of patients."""

    title: str
    horizons: tuple[ByHorizon, ...]
    beside: tuple[Beside, ...]
    by: str
    """The horizon of the Brier scores beside each other."""
    equal: tuple[str, ...]
    """Those over which no gain is shown."""
    pictures: tuple[tuple[str, Agreement], ...]


@dataclass(frozen=True)
class MeasuredSurvival(Measured):
    tables: tuple[OnATable, ...] = ()
    looked: str = ""
    """How often the judging table was looked at, and by which recipe."""

    @property
    def is_external(self) -> bool:
        return len(self.tables) > 1


def measured(manifest: Stored) -> MeasuredSurvival:
    unit = (manifest.get("task") or {}).get("unit") or "d"
    outside, tables = manifest.get("external"), []
    if outside:
        title = say("on_table", rows=outside["rows"], events=outside["events"])
        tables.append(_table(title, outside["metrics"], outside, unit))
    told = manifest.get("evaluation") or {}
    title = say("on_folds", rows=told.get("rows", "–"), events=told.get("events", "–"))
    own = {
        "horizons": (manifest.get("curves") or {}).get("horizons") or (),
        "comparators": manifest.get("comparators") or (),
    }
    tables.append(_table(title, manifest.get("metrics") or {}, own, unit))
    looked = (
        say("looked", n=outside["looks"], digest=outside["recipe_digest"][:12]) if outside else ""
    )
    return MeasuredSurvival(tuple(tables), looked)


def _table(title: str, metrics: Stored, facts: Stored, unit: str) -> OnATable:
    told = facts["horizons"]
    names = [f"{one['horizon']:g}" for one in told]
    middle = names[len(names) // 2] if names else ""
    ours = _beside({"label": say("this_version"), "metrics": metrics}, middle, is_model=True)
    others = tuple(_beside(one, middle) for one in facts["comparators"])
    return OnATable(
        title=title,
        horizons=tuple(_by(one, metrics, unit) for one in told),
        beside=(*others, ours),
        by=period(float(middle), unit) if middle else "",
        equal=tuple(
            localized(one["label"]) for one in facts["comparators"] if one["verdict"] != "better"
        ),
        pictures=tuple(_pictures(told, unit)),
    )


def _by(one: Stored, metrics: Stored, unit: str) -> ByHorizon:
    name = f"{one['horizon']:g}"
    by = period(one["horizon"], unit)
    return ByHorizon(
        by=by,
        events=one["events"],
        censored=one["censored_before"],
        followed=one["at_risk"],
        observed=_share(one["observed"]),
        expected=percent(one["expected"]),
        auc=figure(metrics.get(f"auc_{name}"), 2),
        brier=figure(metrics.get(f"brier_{name}"), 3),
        scaled=figure(metrics.get(f"scaled_brier_{name}"), 2),
        ratio=figure(metrics.get(f"oe_{name}"), 2),
        slope=figure(metrics.get(f"slope_{name}"), 2),
        is_thin=one["events"] < FEW_EVENTS,
        said=_off(one, metrics.get(f"oe_{name}"), by),
    )


def _off(one: Stored, ratio: Stored | None, by: str) -> str:
    if not ratio or None in ratio.values() or ratio["lower"] <= 1 <= ratio["upper"]:
        return ""
    return say(
        "too_high" if ratio["value"] < 1 else "too_low",
        by=by,
        observed=percent(one["observed"]["value"]),
        expected=percent(one["expected"]),
        events=one["events"],
    )


def _beside(given: Stored, middle: str, *, is_model: bool = False) -> Beside:
    metrics = given["metrics"]
    found = figure(given.get("difference"), 3, signed=True)
    return Beside(
        label=localized(given["label"]),
        uno=figure(metrics.get("uno_c"), 3),
        harrell=figure(metrics.get("harrell_c"), 3),
        brier=figure(metrics.get(f"brier_{middle}"), 3),
        ahead=found.in_a_line,
        verdict=_verdict(given.get("verdict")),
        is_model=is_model,
    )


VERDICTS = {"better": "better", "no difference shown": "no_difference", "worse": "worse"}


def _verdict(found: str | None) -> str:
    return say(VERDICTS[found]) if found in VERDICTS else ""


def _pictures(told: Sequence[Stored], unit: str) -> Iterator[tuple[str, Agreement]]:
    """What the risks said against what came true, smoothed, where enough is known."""
    for one in told:
        if one.get("curve") and one["events"] >= FEW_EVENTS:
            yield period(one["horizon"], unit), agreement(one["curve"])


def _share(found: Stored) -> Figure:
    ends = say("to", low=percent(found["lower"]), high=percent(found["upper"]))
    return Figure(percent(found["value"]), ends)
