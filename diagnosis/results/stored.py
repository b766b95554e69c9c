"""A result as its row keeps it: also read without the sheet that it was made under."""

from __future__ import annotations

from typing import Any

from diagnosis.results import RESULT_KINDS, shown_kind
from diagnosis.results.result import (
    BandThen,
    Borderline,
    Curve,
    Filled,
    LabelFacts,
    Missed,
    Result,
)
from medportal.common.plain import Stored

FIRST = "binary"
"""Rows of before kinds were named hold no other."""


def read_result(stored: Stored) -> Result:
    """What was answered. Of a kind that is known no more, or not yet, nothing can be shown."""
    name, band = str(stored.get("kind") or FIRST), stored.get("band")
    kind = RESULT_KINDS.get(name)
    if kind is None:
        return Result(name)
    return Result(
        kind=name,
        estimates=kind.read(stored),
        headline_name=kind.headline_of(stored),
        unit=None if stored.get("times") else stored.get("unit"),  # else that of time
        possible=tuple(stored["set"]) if stored.get("set") else None,
        set_level=stored.get("set_level"),
        missed=tuple(map(Missed.from_dict, stored.get("missed") or ())),
        interval_method=stored.get("interval_method"),
        interval_level=stored.get("interval_level"),
        band=BandThen.from_dict(band) if band else None,
        imputed=tuple(stored.get("imputed") or ()),
        filled=tuple(map(Filled.from_dict, stored.get("filled") or ())),
        borderline=tuple(_borderline(one, kind.word) for one in stored.get("borderline") or ()),
        step_effects=stored.get("step_effects"),
        next_measurement=stored.get("next_measurement"),
        local_count=stored.get("local_count"),
        average=stored.get("average"),
        curve=Curve.from_dict(stored) if stored.get("times") else None,
        labels=tuple(map(LabelFacts.from_dict, stored.get("labels") or ())),
    )


def written_result(result: Result) -> dict[str, Any]:
    """The shape of the kind (design, part 9), then what every kind keeps."""
    kind = shown_kind(result.kind)
    return {
        "kind": result.kind,
        **kind.written(result),
        **({"unit": result.unit} if result.unit else {}),
        **_left_open(result),
        "interval_method": result.interval_method,
        "interval_level": result.interval_level,
        "band": result.band.to_dict() if result.band else None,
        "imputed": list(result.imputed),
        "filled": [one.to_dict() for one in result.filled],
        "borderline": [_told(one, kind.word) for one in result.borderline],
        "step_effects": result.step_effects,
        "next_measurement": result.next_measurement,
        "local_count": result.local_count,
        "average": result.average,
        **({"labels": [one.to_dict() for one in result.labels]} if result.labels else {}),
    }


def _left_open(result: Result) -> Stored:
    """Told where there is something: most models have no sets, and most results no such group."""
    held = {} if result.possible is None else {"set": list(result.possible)}
    level = {} if result.possible is None else {"set_level": result.set_level}
    groups = [one.to_dict() for one in result.missed]
    return {**held, **level, **({"missed": groups} if groups else {})}


def _borderline(stored: Stored, word: str) -> Borderline:
    return Borderline(
        feature=stored["feature"],
        value=stored["value"],
        estimate=stored[word],
        band=stored["band"],
        band_label=stored["band_label"],
    )


def _told(one: Borderline, word: str) -> Stored:
    return {
        "feature": one.feature,
        "value": one.value,
        word: one.estimate,
        "band": one.band,
        "band_label": one.band_label,
    }
