"""Values computed from others, each with its formula and with what went into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from diagnosis.records import codes
from diagnosis.records.codes import Code, Range
from diagnosis.records.models import Observation, Patient
from medportal.common.text import localized

Text = Mapping[str, str]
Amounts = Sequence[float]


@dataclass(frozen=True)
class Formula:
    """A value computed from the newest of each series; ``compute`` gets them in ``units``."""

    code: str
    label: Text
    inputs: tuple[str, ...]  # the first code of each series
    units: tuple[str, ...]
    unit: str
    decimals: int
    formula: Text
    compute: Callable[[Patient, Amounts, date], float | None]
    reference: Range = (None, None)
    note: Text | None = None
    adults_only: bool = False


@dataclass(frozen=True)
class Derived:
    """One computed value, dated by the oldest of what it needs to be fresh: its last input."""

    formula: Formula
    value: float
    observed_at: datetime
    inputs: tuple[Observation, ...]

    @property
    def code(self) -> str:
        return self.formula.code

    @property
    def label(self) -> str:
        return localized(self.formula.label)

    @property
    def unit(self) -> str:
        return codes.unit_text(self.formula.unit)

    @property
    def text(self) -> str:
        return f"{self.value:.{self.formula.decimals}f}"

    @property
    def formula_text(self) -> str:
        return localized(self.formula.formula)

    @property
    def note(self) -> str:
        return localized(self.formula.note)

    @property
    def flag(self) -> str:
        low, high = self.formula.reference
        rounded = float(self.text)
        if low is not None and rounded < low:
            return Observation.Flag.LOW
        return Observation.Flag.HIGH if high is not None and rounded > high else ""

    @property
    def span_days(self) -> int:
        """How far apart the inputs were measured."""
        times = [row.observed_at for row in self.inputs]
        return (max(times) - min(times)).days


def egfr(patient: Patient, amounts: Amounts, on: date) -> float | None:
    """CKD-EPI 2021, from creatinine in mg/dL; mL/min per 1.73 m²."""
    (creatinine,) = amounts
    if patient.sex not in (Patient.Sex.FEMALE, Patient.Sex.MALE) or creatinine <= 0:
        return None
    female = patient.sex == Patient.Sex.FEMALE
    kappa, alpha = (0.7, -0.241) if female else (0.9, -0.302)
    age = age_of(patient, on)
    if age is None:
        return None
    ratio = creatinine / kappa
    value: float = 142 * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** -1.2
    value *= 0.9938**age
    return value * 1.012 if female else value


def bmi(_patient: Patient, amounts: Amounts, _on: date) -> float | None:
    """Weight in kg divided by the square of the height in m."""
    weight, height_m = amounts
    return weight / height_m**2 if height_m > 0 else None


def quotient(_patient: Patient, amounts: Amounts, _on: date) -> float | None:
    top, bottom = amounts
    return top / bottom if bottom > 0 else None


def difference(_patient: Patient, amounts: Amounts, _on: date) -> float | None:
    whole, part = amounts
    return whole - part if whole >= part else None


def age_of(patient: Patient, on: date) -> int | None:
    """Completed years, as people count; nothing where the birth date is not known."""
    return completed_years(patient.birth_date, on) if patient.birth_date else None


def completed_years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


BMI = Formula(
    code="bmi",
    label={"en": "Body mass index (computed)", "zh-Hans": "体重指数（计算值）"},
    inputs=("29463-7", "8302-2"),
    units=("kg", "m"),
    unit="kg/m2",
    decimals=1,
    formula={"en": "weight ÷ height²", "zh-Hans": "体重 ÷ 身高²"},
    compute=bmi,
    reference=(18.5, 24.9),
    adults_only=True,
)
FORMULAS = (
    Formula(
        code="egfr-ckd-epi-2021",
        label={"en": "eGFR (CKD-EPI 2021)", "zh-Hans": "eGFR（CKD-EPI 2021）"},
        inputs=("2160-0",),
        units=("mg/dL",),
        unit="mL/min/{1.73_m2}",
        decimals=0,
        formula={
            "en": "142 × min(Cr/κ, 1)^α × max(Cr/κ, 1)^−1.200 × 0.9938^age (× 1.012 in women); "
            "κ 0.7, α −0.241 in women; κ 0.9, α −0.302 in men; Cr in mg/dL",
            "zh-Hans": "142 × min(Cr/κ, 1)^α × max(Cr/κ, 1)^−1.200 × 0.9938^年龄"
            "（女性再 × 1.012）；女性 κ 0.7、α −0.241；男性 κ 0.9、α −0.302；Cr单位为mg/dL",
        },
        compute=egfr,
        reference=(60, None),
        note={
            "en": "For adults with a stable creatinine; not while it is changing.",
            "zh-Hans": "适用于肌酐稳定的成人；肌酐正在变化时不适用。",
        },
        adults_only=True,
    ),
    BMI,
    Formula(
        code="kappa-lambda-ratio",
        label={"en": "Kappa/lambda ratio (computed)", "zh-Hans": "κ/λ比值（计算值）"},
        inputs=("36916-5", "33944-0"),
        units=("mg/L", "mg/L"),
        unit=codes.UNITLESS,
        decimals=2,
        formula={"en": "free kappa ÷ free lambda", "zh-Hans": "游离κ ÷ 游离λ"},
        compute=quotient,
        reference=(0.26, 1.65),
        note={
            "en": "In reduced kidney function wider ranges hold.",
            "zh-Hans": "肾功能减退时参考范围更宽。",
        },
    ),
    Formula(
        code="non-hdl-cholesterol",
        label={"en": "Non-HDL cholesterol", "zh-Hans": "非高密度脂蛋白胆固醇"},
        inputs=("2093-3", "2085-9"),
        units=("mg/dL", "mg/dL"),
        unit="mg/dL",
        decimals=0,
        formula={
            "en": "total cholesterol − HDL cholesterol",
            "zh-Hans": "总胆固醇 − 高密度脂蛋白胆固醇",
        },
        compute=difference,
        reference=(None, 159),
    ),
)
SAME_SAMPLE_DAYS = {"kappa-lambda-ratio": 31, "non-hdl-cholesterol": 31}
"""Blood values that only make sense together are not taken from different times."""
ADULT = 18


def amount(row: Observation, code: Code, unit: str) -> float | None:
    """The value of a row in ``unit``; None where its own unit is unknown."""
    if row.value_number is None or not code.accepts(codes.normalise_unit(row.unit)):
        return None
    return code.convert(row.value_number, codes.normalise_unit(row.unit), unit)


def derive(formula: Formula, patient: Patient, newest: Mapping[str, Observation]) -> Derived | None:
    """The value, or None where an input is missing or can not be read; ``newest`` is by series."""
    amounts: list[float] = []
    rows: list[Observation] = []
    for first, unit in zip(formula.inputs, formula.units, strict=True):
        code = codes.find(first)
        row = newest.get(code.series_key) if code else None
        value = amount(row, code, unit) if code and row else None
        if row is None or value is None:
            return None
        amounts.append(value)
        rows.append(row)
    last = max(row.observed_at for row in rows)
    age = age_of(patient, last.date())
    if formula.adults_only and (age is None or age < ADULT):
        return None
    result = formula.compute(patient, amounts, last.date())
    if result is None:
        return None
    found = Derived(formula, result, last, tuple(rows))
    return found if found.span_days <= SAME_SAMPLE_DAYS.get(formula.code, 10**6) else None


def derive_all(patient: Patient, newest: Mapping[str, Observation]) -> list[Derived]:
    found = (derive(formula, patient, newest) for formula in FORMULAS)
    return [value for value in found if value is not None]
