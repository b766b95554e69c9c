"""What people and programs get wrong in one value, and what must come through every door.

``test_doors.py`` sends each case through each door that can express it; ``page.py`` makes
docs/bad-input.md of the same table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

ENDLESS = "9" * 400
SUGAR = ("diabetes-onset", "glucose_2h")
PRESSURE = ("coronary-disease", "systolic_bp")
PAIN = ("coronary-disease", "chest_pain")
CHAINS = ("flc-mortality", "kappa")


def days_ago(days: float) -> datetime:
    return (timezone.now() - timedelta(days=days)).replace(second=0, microsecond=0)


@dataclass(frozen=True)
class Typed:
    """One observation as a person or program gives it; the value is text or a bare JSON number."""

    code: str = "1518-0"
    value: str = "141"
    unit: str = "mg/dL"
    days: float = 1
    """How long ago; negative is in the future."""
    moment: str = ""
    """Instead of ``days``: what stands where the time belongs."""
    is_word: bool = False
    """Whether the value is a text and no number."""
    is_answer: bool = False
    """Whether it is meant as one of the answers of a list."""


@dataclass(frozen=True)
class Asked:
    """The same mistake before a model: the service, its input, and what is found."""

    service: str
    feature: str
    code: str
    pointer: str = ""
    """Where it stands if not at the input itself."""
    says: str = ""
    """What it says, if something else."""


@dataclass(frozen=True)
class Case:
    name: str
    mistake: str
    typed: Typed
    at: str
    """The part of the observation at which the message has to stand."""
    code: str
    says: str
    asked: Asked | None = None
    page_at: str = ""
    """Where it stands on a page, if elsewhere."""
    page_says: str = ""
    """What a page says, if something else: it may offer what was perhaps meant."""
    twice: bool = False
    """Sent once before, as it is."""
    not_at: Mapping[str, str] = field(default_factory=dict)
    """Doors through which it cannot come, each with the reason."""


COUNTED = "counted in the report as not kept"
REPEATABLE = "it is repeatable: what is there already is left as it is"
RIGHT = Case("right", "Nothing", Typed(), "", "", "", Asked(*SUGAR, ""))
CASES = [
    Case(
        "unknown-code", "A code that nobody knows", Typed(code="9999-9"),
        "code", "unknown_code", "not",
        Asked("diabetes-onset", "blood_sugar", "unknown_feature", says="no such input"),
        not_at={"run page": "it has no such field"} | dict.fromkeys(("CSV", "FHIR"), COUNTED),
    ),
    Case(
        "unknown-unit", "A unit that the quantity does not have", Typed(unit="stone"),
        "unit", "unknown_unit", "",
        Asked(*SUGAR, "unknown_unit"),
    ),
    Case(
        "no-unit", "The unit left out", Typed(code="36916-5", value="12.7", unit=""),
        "unit", "unit_missing", "",
        Asked(*CHAINS, "unit_missing"),
    ),
    Case(
        "unknown-answer", "An answer that is none of the list",
        Typed(code="chest-pain-type", value="stabbing", unit="", is_answer=True),
        "value", "unknown_answer", "",
        Asked(*PAIN, "unseen_category"),
    ),
    Case(
        "word-for-number", "A word where a number belongs", Typed(value="high", is_word=True),
        "value", "not_a_number", "number",
        Asked(*SUGAR, "not_a_number"),
    ),
    Case(
        "thousands-comma", "1,200: thousand and two hundred, or one and a fifth?",
        Typed(code="8480-6", value="1,200", unit="mm[Hg]", is_word=True),
        "value", "not_a_number", "number",
        Asked(*PRESSURE, "not_a_number"), page_says="Did you mean 1.200 or 1200?",
    ),
    Case(
        "underscore", "1_20, which programs read as a number and people do not write",
        Typed(code="8480-6", value="1_20", unit="mm[Hg]", is_word=True),
        "value", "not_a_number", "number",
        Asked(*PRESSURE, "not_a_number"),
    ),
    Case(
        "impossible-value", "A systolic pressure of 1200",
        Typed(code="8480-6", value="1200", unit="mm[Hg]"),
        "value", "out_of_bounds", "o body has",
        Asked(*PRESSURE, "out_of_bounds"),
    ),
    Case(
        "negative", "A glucose of −5", Typed(value="-5"),
        "value", "out_of_bounds", "",
        Asked(*SUGAR, "out_of_bounds"),
    ),
    Case(
        "half-a-count", "2.5 pregnancies", Typed(code="11996-6", value="2.5", unit="1"),
        "value", "not_whole", "counted: write a whole number",
        Asked("diabetes-onset", "pregnancies", "not_whole"),
    ),
    Case(
        "other-unit", "Glucose typed in the other unit", Typed(value="7.8"),
        "value", "out_of_bounds", "id you mean 7.8 mmol/L = 141 mg/dL?",
        Asked(*SUGAR, "out_of_bounds"),
    ),
    Case(
        "not-a-number", "NaN", Typed(value="NaN"),
        "value", "not_finite", "number",
        Asked(*SUGAR, "infinite"),
    ),
    Case(
        "infinity", "Infinity", Typed(value="Infinity"),
        "value", "not_finite", "number",
        Asked(*SUGAR, "infinite"),
    ),
    Case(
        "endless-exponent", "1E999999", Typed(value="1E999999"),
        "value", "not_finite", "number",
        Asked(*SUGAR, "infinite"),
    ),
    Case(
        "four-hundred-digits", "A whole number of 400 digits", Typed(value=ENDLESS),
        "value", "not_finite", "",
        Asked(*SUGAR, "infinite"),
    ),
    Case(
        "future", "A time of the day after tomorrow", Typed(days=-2),
        "observed_at", "in_the_future", "in the future",
    ),
    Case(
        "before-birth", "A time before the patient was born", Typed(days=40_000),
        "observed_at", "before_birth", "before the patient was born",
    ),
    Case(
        "after-death", "A time after the patient died",
        Typed(code="8867-4", value="60", unit="/min", days=0.1),
        "observed_at", "after_death", "after the patient died",
    ),
    Case(
        "no-date", "A day that is in no calendar", Typed(moment="2026-02-30 09:30"),
        "observed_at", "", "",
    ),
    Case(
        "ambiguous-date", "03/04/2026, which is March here and April there",
        Typed(moment="03/04/2026"),
        "observed_at", "", "",
    ),
    Case(
        "nul", "A character that no text can hold", Typed(unit="mg\x00/dL"),
        "unit", "", "",
        Asked(*SUGAR, "forbidden_character", "unit"),
    ),
    Case(
        "endless-text", "A unit of twenty thousand letters", Typed(unit="m" * 20_000),
        "unit", "", "",
        Asked(*SUGAR, "unknown_unit"),
    ),
    Case(
        "panel", "One number for a blood pressure",
        Typed(code="85354-9", value="128", unit="mm[Hg]"),
        "code", "panel", "",
        page_at="value",
        not_at=dict.fromkeys(("CSV", "FHIR"), COUNTED),
    ),
    Case(
        "upside-down", "A systolic pressure below the diastolic one",
        Typed(code="85354-9", value="82/128", unit="mm[Hg]", is_word=True),
        "value", "systolic_below_diastolic", "above",
        not_at=dict.fromkeys(("REST one", "REST bulk", "CSV"), "it takes the two figures apart"),
    ),
    Case(
        "nothing", "Nothing filled in", Typed(value="", unit="", moment=" "),
        "observed_at", "", "",
        Asked("diabetes-onset", "", "required"),
        not_at={
            "run page": "an empty form asks for a run on the chart as it is",
            "FHIR": "an observation without a value is counted as not kept",
        },
    ),
    Case(
        "duplicate", "A value that the chart already holds", Typed(),
        "value", "duplicate", "already holds",
        twice=True,
        not_at=dict.fromkeys(("REST bulk", "CSV", "FHIR"), REPEATABLE),
    ),
]  # fmt: skip
