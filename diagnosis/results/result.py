"""What a run answered: estimates on scales, which of them is the headline, and what belongs to it.

``stored`` reads it from its row and writes it there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from diagnosis.ml.results.estimate import Estimate
from medportal.common.plain import Stored, known, written
from medportal.common.text import Text

LEVEL = 0.90
INTERVAL_METHOD = "other models"
"""See ``ml.uncertainty.other_models``. Results before it hold «bootstrap refits»: the middle of the
refits themselves, too narrow for other models."""
RANGE_METHOD = "conformal range"
"""Where the true numbers of so many of a hundred such people lie: ``ml.uncertainty.conformal``."""


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

    def to_dict(self) -> Stored:
        return written(self)


@dataclass(frozen=True)
class Filled:
    """What was assumed for a missing input, and how far measuring it could move the headline.

    ``lower`` and ``upper`` hold nine tenths of the estimates over its plausible values.
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

    def to_dict(self) -> Stored:
        return written(self)


@dataclass(frozen=True)
class Borderline:
    """An input whose error of measurement alone would put the headline into another band.

    With ``value`` in its place the estimate would be ``estimate``.
    """

    feature: str
    value: float
    estimate: float
    band: str
    band_label: Text | str


@dataclass(frozen=True)
class Missed:
    """People like this one whose truths the set or the range holds too seldom.

    ``by`` and the rest as ``ml.uncertainty.coverage.Group``: a class, an input with its code or
    its limits, the estimate itself.
    """

    by: str
    held: int
    rows: int
    code: str | None = None
    low: float | None = None
    high: float | None = None
    label: Text | None = None

    @classmethod
    def from_dict(cls, stored: Stored) -> Missed:
        return cls(**known(cls, stored))

    def to_dict(self) -> Stored:
        return written(self)


@dataclass(frozen=True)
class LabelFacts:
    """How often a label is there, and what its threshold did to rows it was not set on.

    ``flagged`` rows were at the threshold or above; ``right`` of them had the label, ``missed``
    others had it, too.
    """

    name: str
    rate: float | None = None
    threshold: float | None = None
    flagged: int | None = None
    right: int | None = None
    missed: int | None = None

    def flags(self, value: float) -> bool:
        """Without a threshold nothing is flagged."""
        return self.threshold is not None and value >= self.threshold

    @classmethod
    def from_dict(cls, stored: Stored) -> LabelFacts:
        return cls(**known(cls, stored))

    def to_dict(self) -> Stored:
        return written(self)


@dataclass(frozen=True)
class Belonging:
    """What a kind says beside its headline, from the version's card."""

    local_count: Stored | None = None
    average: float | None = None
    labels: tuple[LabelFacts, ...] = ()


@dataclass(frozen=True)
class Curve:
    """Shares still without the event by each of some times, with the ends about each.

    It ends where the data do; ``median`` is when half have had the event, where that is reached.
    """

    unit: str
    times: tuple[float, ...]
    survival: tuple[float, ...]
    interval: tuple[tuple[float, ...], tuple[float, ...]] | None = None
    median: float | None = None

    @classmethod
    def from_dict(cls, stored: Stored) -> Curve:
        ends = stored.get("interval")
        return cls(
            unit=stored["unit"],
            times=tuple(stored["times"]),
            survival=tuple(stored["survival"]),
            interval=(tuple(ends[0]), tuple(ends[1])) if ends else None,
            median=stored.get("median"),
        )

    def to_dict(self) -> Stored:
        return {
            "unit": self.unit,
            "times": list(self.times),
            "survival": list(self.survival),
            "interval": [list(side) for side in self.interval] if self.interval else None,
            "median": self.median,
        }


@dataclass(frozen=True)
class Result:
    """``kind`` says what was answered; what a kind has not, or earlier code did not keep, is open.

    ``headline_name``: the estimate that band, borderline, filled, step effects, next measurement,
    count and average speak of; none for a kind without one, and then there is nothing of these.
    ``step_effects``: how far one step of its error moves the headline, by input.
    """

    kind: str
    estimates: tuple[Estimate, ...] = ()
    headline_name: str | None = None
    unit: str | None = None
    """Of the headline, in UCUM; a probability has none."""
    possible: tuple[str, ...] | None = None
    """The set: classes that stay possible, in their order; none where the model has no sets."""
    set_level: float | None = None
    missed: tuple[Missed, ...] = ()
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
    curve: Curve | None = None
    """Where time is asked for."""
    labels: tuple[LabelFacts, ...] = ()
    """Of labels that are judged each for itself; other kinds have none."""

    def label(self, name: str) -> LabelFacts | None:
        return next((one for one in self.labels if one.name == name), None)

    def estimate(self, name: str) -> Estimate | None:
        return next((one for one in self.estimates if one.name == name), None)

    @property
    def headline(self) -> Estimate | None:
        """The one estimate that lists and bands speak of; None: there is none, never 0."""
        return self.estimate(self.headline_name) if self.headline_name else None
