"""The reasons of a result as they are kept: what each input contributed, and against whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diagnosis.inference.stored.entry import Value
from diagnosis.inputs.kind import Part
from medportal.common.plain import Stored, known, written
from medportal.common.text import Text

LOG_ODDS = "log-odds"


@dataclass(frozen=True)
class Attribution:
    """What one input contributed, with the words and units of the clinic as they were then."""

    feature: str
    contribution: float
    label: Text | str | None = None
    value: Value = None
    value_label: Text | None = None
    unit: str | None = None
    converted: float | None = None
    feature_unit: str | None = None
    decimals: int | None = None
    observed_at: str | None = None
    source: str | None = None
    observation: str | None = None
    reference_range: Sequence[float | None] | None = None
    outside_range: str | None = None
    family: Text | None = None
    direction: str | None = None
    imputed: bool | None = None
    against_usual: bool | None = None
    against_usual_note: Text | str | None = None
    standard_error: float | None = None
    coalition_error: float | None = None
    typical_range: Sequence[float] | None = None
    typical_median: float | None = None
    against_typical: str | None = None
    parts: tuple[Part, ...] = ()
    """Of an input with several players; they add up to its contribution."""

    @classmethod
    def from_dict(cls, stored: Stored) -> Attribution:
        """What earlier code did not keep stays open."""
        parts = tuple(Part(**known(Part, one)) for one in stored.get("parts", ()))
        return cls(**{**known(cls, stored), "parts": parts})

    def to_dict(self) -> dict[str, Any]:
        """An input that plays as one has no parts."""
        found = written(self)
        parts = [written(part) for part in found.pop("parts")]
        return {**found, "parts": parts} if parts else found


@dataclass(frozen=True)
class Background:
    """With whom the patient was compared; earlier code kept the name and the rows alone."""

    name: Text | str
    rows: int
    population: int | None = None
    version: int | None = None
    date: str | None = None

    @classmethod
    def from_dict(cls, stored: Stored) -> Background:
        told = (stored.get(name) for name in ("population", "version", "date"))
        return cls(stored["name"], stored["rows"], *told)


@dataclass(frozen=True)
class Share:
    """The contribution of one input on another scale."""

    contribution: float
    standard_error: float


@dataclass(frozen=True)
class OnLogOdds:
    """The same reasons on the scale on which many models add up."""

    base_value: float
    contributions: Mapping[str, Share]

    @classmethod
    def from_dict(cls, stored: Stored) -> OnLogOdds:
        given = stored["contributions"].items()
        shares = {n: Share(one["contribution"], one["standard_error"]) for n, one in given}
        return cls(stored["base_value"], shares)


@dataclass(frozen=True)
class Pair:
    """Two inputs and what they add together beyond what each adds alone."""

    features: tuple[str, ...]
    effect: float


@dataclass(frozen=True)
class Reasons:
    """Reasons that passed their own check (``soundness.fault``), which reads the stored numbers."""

    method: str
    base_value: float
    background: Background
    attributions: tuple[Attribution, ...]
    pairs: tuple[Pair, ...] = ()

    @classmethod
    def from_dict(cls, stored: Stored) -> Reasons:
        return cls(
            method=stored.get("method") or "",
            base_value=float(stored["base_value"]),
            background=Background.from_dict(stored["background"]),
            attributions=tuple(map(Attribution.from_dict, stored["attributions"])),
            pairs=pairs_of(stored),
        )

    def label(self, feature: str) -> Text | str | None:
        labels = (one.label for one in self.attributions if one.feature == feature)
        return next(labels, feature)


def pairs_of(stored: Stored) -> tuple[Pair, ...]:
    """Earlier code looked for none."""
    listed = (stored.get("interactions") or {}).get("pairs") or ()
    return tuple(Pair(tuple(one["features"]), one["effect"]) for one in listed)


def contributions_of(stored: Stored) -> dict[str, float]:
    """The numbers alone, where many results are read for them."""
    return {one["feature"]: float(one["contribution"]) for one in stored["attributions"]}
