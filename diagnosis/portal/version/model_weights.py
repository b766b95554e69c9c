"""What each input weighs and how it enters a model, ready to be read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from diagnosis.inputs.units import measured
from diagnosis.ml.schema import Feature, FeatureSchema
from diagnosis.portal.words.figures import decimal, figures, signed_decimal
from medportal.common.text import localized

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class WeightRow:
    """One step of one input: its change of the log-odds as a bar around zero."""

    label: str
    step: str
    change: str
    odds: str
    raises: bool
    left: str
    width: str
    whisker: tuple[str, str] | None
    middle_half: str


@dataclass(frozen=True)
class EnteringRow:
    """How one input is turned into columns."""

    label: str
    columns: int
    filled_with: str
    held: str
    scale: str


def weight_rows(made_of: Entry, schema: FeatureSchema) -> tuple[WeightRow, ...]:
    """The greatest first, the steps of one input together; of the first output."""
    found = [(entry, step) for entry in made_of["features"] for step in entry["effects"]]
    if not found:
        return ()
    reach = max(abs(step[end][0]) for _entry, step in found for end in ("mean", "lower", "upper"))
    strongest = {
        entry["name"]: max((abs(s["mean"][0]) for s in entry["effects"]), default=0.0)
        for entry in made_of["features"]
    }
    found.sort(key=lambda pair: (-strongest[pair[0]["name"]], pair[0]["name"]))
    return tuple(
        _weight(entry, step, schema[entry["name"]], reach or 1.0)
        for entry, step in found
        if entry["name"] in schema
    )


def _weight(entry: Entry, step: Entry, feature: Feature, reach: float) -> WeightRow:
    mean, lower, upper = (step[name][0] for name in ("mean", "lower", "upper"))
    is_spread = upper - lower > reach / 1000
    size = abs(mean) / reach * 50
    return WeightRow(
        label=localized(feature.label),
        step=_step(entry, step, feature),
        change=signed_decimal(mean),
        odds=_odds(mean),
        raises=mean >= 0,
        left=_share(50 - size if mean < 0 else 50),
        width=_share(size),
        whisker=(_share(50 + lower / reach * 50), _share(50 + upper / reach * 50))
        if is_spread
        else None,
        middle_half=f"{signed_decimal(lower)} \u2026 {signed_decimal(upper)}" if is_spread else "",
    )


def _share(value: float) -> str:
    return f"{value:.1f}%"


def _odds(change: float) -> str:
    """How many times the odds become; a hundredfold needs no decimals."""
    times = math.exp(max(-20.0, min(20.0, change)))
    return f"\u00d7\u00a0{figures(times)}"


def _step(entry: Entry, step: Entry, feature: Feature) -> str:
    if step["step"] == "missing":
        return _("not measured (beside what is filled in)")
    if step["step"] == "category":
        names = {c.code: localized(c.label) for c in feature.categories}
        return _("{answer} instead of {usual}").format(
            answer=names.get(step["code"], step["code"]),
            usual=names.get(step["reference"], step["reference"]),
        )
    if entry["logarithm"]:
        return _("{times} times as much").format(times=figures(math.exp(entry["sd"])))
    return _("{amount} more").format(amount=_measured(entry["sd"], feature))


def _measured(value: float, feature: Feature) -> str:
    """A number that is no patient's value: one digit more than those have."""
    if feature.unit == "a":
        return _("{n} years").format(n=decimal(value, 1).removesuffix(".0"))
    return measured(feature, value, more=1)


def entering_rows(made_of: Entry, schema: FeatureSchema) -> tuple[EnteringRow, ...]:
    """In the order of the service's inputs."""
    known: Sequence[Entry] = [e for e in made_of["features"] if e["name"] in schema]
    return tuple(_entering(entry, schema[entry["name"]]) for entry in known)


def _entering(entry: Entry, feature: Feature) -> EnteringRow:
    if not feature.is_quantity:
        names = {c.code: localized(c.label) for c in feature.categories}
        filled, held = names.get(int(entry["filled_with"]), ""), ""
        scale = _("one column for each answer") if entry["columns"] > 1 else _("yes or no")
    else:
        filled = measured(feature, entry["filled_with"])
        ends = (_measured(entry[end], feature) for end in ("low", "high"))
        held = _("{low} to {high}").format(**dict(zip(("low", "high"), ends, strict=True)))
        scale = _scale(entry, feature)
    if entry["flags_missing"]:
        scale = _("{scale}; one more column says «missing»").format(scale=scale)
    return EnteringRow(localized(feature.label), entry["columns"], filled, held, scale)


def _scale(entry: Entry, feature: Feature) -> str:
    if entry["logarithm"]:
        return _("logarithm; centre {mean}, one step is {times} times as much").format(
            mean=_measured(math.exp(entry["mean"]), feature), times=figures(math.exp(entry["sd"]))
        )
    return _("centre {mean}, one step is {sd}").format(
        mean=_measured(entry["mean"], feature), sd=_measured(entry["sd"], feature)
    )
