"""What a run answered, as its row keeps it: also without the sheet that it was made under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diagnosis.inference.stored.plain import Stored, known, written
from medportal.common.text import Text


@dataclass(frozen=True)
class BandThen:
    """The band with its limits, words and advice as the sheet had them when it was run."""

    code: str
    label: Text | str = ""
    lower: float | None = None
    upper: float | None = None
    action: Text | str = ""
    action_code: str = ""
    text: Text | None = None
    source: Text | str | None = None

    @classmethod
    def from_dict(cls, stored: Stored) -> BandThen:
        return cls(**known(cls, stored))

    def to_dict(self) -> dict[str, Any]:
        return written(self)


@dataclass(frozen=True)
class Filled:
    """What was assumed for a missing input, and how far measuring it could move the result.

    ``lower`` and ``upper`` hold nine tenths of the results over its plausible values.
    """

    feature: str
    label: Text | str = ""
    assumed: float | str | None = None
    assumed_label: Text | None = None
    assumed_text: Text | str | None = None
    unit: str | None = None
    lower: float | None = None
    upper: float | None = None

    @classmethod
    def from_dict(cls, stored: Stored) -> Filled:
        return cls(**known(cls, stored))

    def to_dict(self) -> dict[str, Any]:
        return written(self)


@dataclass(frozen=True)
class Borderline:
    """An input whose error of measurement alone would put the result into another band."""

    feature: str
    value: float
    probability: float
    band: str
    band_label: Text | str

    @classmethod
    def from_dict(cls, stored: Stored) -> Borderline:
        return cls(**known(cls, stored))

    def to_dict(self) -> dict[str, Any]:
        return written(self)


@dataclass(frozen=True)
class Result:
    """``kind`` says what was answered; what a kind has not, or earlier code did not keep, is open.

    ``step_effects``: how far one step of its error moves the result, by input.
    """

    kind: str
    probability: float | None = None
    interval: tuple[float, float] | None = None
    interval_method: str | None = None
    interval_level: float | None = None
    band: BandThen | None = None
    imputed: tuple[str, ...] = ()
    filled: tuple[Filled, ...] = ()
    borderline: tuple[Borderline, ...] = ()
    step_effects: Mapping[str, float] | None = None
    next_measurement: Stored | None = None
    local_count: Stored | None = None
    average: float | None = None

    @classmethod
    def from_dict(cls, stored: Stored) -> Result:
        band, interval = stored.get("band"), stored.get("interval")
        return cls(
            kind=str(stored.get("kind") or "binary"),
            probability=stored.get("probability"),
            interval=(interval[0], interval[1]) if interval else None,
            interval_method=stored.get("interval_method"),
            interval_level=stored.get("interval_level"),
            band=BandThen.from_dict(band) if band else None,
            imputed=tuple(stored.get("imputed") or ()),
            filled=tuple(map(Filled.from_dict, stored.get("filled") or ())),
            borderline=tuple(map(Borderline.from_dict, stored.get("borderline") or ())),
            step_effects=stored.get("step_effects"),
            next_measurement=stored.get("next_measurement"),
            local_count=stored.get("local_count"),
            average=stored.get("average"),
        )

    def to_dict(self) -> dict[str, Any]:
        return written(self) | {
            "interval": list(self.interval) if self.interval else None,
            "band": self.band.to_dict() if self.band else None,
            "imputed": list(self.imputed),
            "filled": [one.to_dict() for one in self.filled],
            "borderline": [one.to_dict() for one in self.borderline],
        }
