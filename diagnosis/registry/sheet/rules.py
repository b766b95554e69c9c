"""Rules of a sheet: for whom it was made, and what holds whatever the score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from diagnosis.ml.inputs.units import conversions
from diagnosis.registry.sheet.shape import Part
from medportal.common.text import Text


@dataclass(frozen=True, kw_only=True)
class Rule(Part):
    """One rule. Which of the fields after ``cure`` it needs is a matter of its kind.

    With a ``question`` a person can settle it; ``each_time`` says that yesterday's answer does
    not hold today; ``for_patient`` is the same in words for the patient's sheet.
    """

    code: str
    kind: str
    reason: Text
    source: Text | str
    cure: Text | None = None
    question: Text | None = None
    for_patient: Text | None = None
    each_time: bool = False
    allowed: tuple[str, ...] = ()
    system: str = ""
    codes: tuple[str, ...] = ()
    except_status: tuple[str, ...] = ()
    feature: str = ""
    values: tuple[str, ...] = ()
    numerator: str = ""
    denominator: str = ""
    unit: str = ""
    conversions: Mapping[str, float] = field(default_factory=dict)
    look_back_days: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    minimum_inclusive: bool = True
    maximum_inclusive: bool = True

    @property
    def asks(self) -> bool:
        """Whether a person can answer the rule with yes."""
        return bool(self.question)

    def admits(self, value: float) -> bool:
        """Whether a value lies within its minimum and maximum."""
        low, high = self.minimum, self.maximum
        if low is not None and (value < low or (value == low and not self.minimum_inclusive)):
            return False
        return high is None or (value < high or (value == high and self.maximum_inclusive))

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(name for name in (self.feature, self.numerator, self.denominator) if name)


NEEDS: dict[str, tuple[str, ...]] = {  # kind: what it cannot do without
    "age": (),
    "sex": ("allowed",),
    "condition_absent": ("codes",),
    "condition_present": ("codes", "question"),
    "medication_absent": ("codes",),
    "input_range": ("feature",),
    "input_not_among": ("feature", "values"),
    "observation_range": ("codes", "unit"),
    "ratio_range": ("numerator", "denominator"),
    "outcome_absent": (),
    "confirm": ("question",),
}
OF_ANSWERS: dict[str, tuple[str, ...]] = {
    "answer_range": (),
    "answer_per_square_metre": ("feature",),
}
"""Kinds that are judged once the answer is there, by its headline: they alone, and there alone."""
RANGES = ("age", "input_range", "observation_range", "ratio_range", *OF_ANSWERS)
"""Kinds that never apply without a minimum or a maximum."""
METRES = {"m": 1.0, **conversions("length", "m")}
"""Units of a length, in metres."""
