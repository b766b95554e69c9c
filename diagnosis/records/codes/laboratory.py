"""What a laboratory measures. Mass and molar results have codes of their own; a series joins them.

Reference ranges are common adult ranges, to be confirmed by a clinician; a result that brings its
laboratory's own range keeps that. Critical limits are those at which laboratories commonly call
the ward at once, to be confirmed by a clinician.
"""

from __future__ import annotations

from collections.abc import Mapping

from diagnosis.ml.inputs.units import conversions
from diagnosis.records.codes.model import CALLED_AT_ONCE, OWN_CODES, Code, Range, Text


def _per(analyte: str, unit: str) -> dict[str, float]:
    return {unit: 1.0, **conversions(analyte, unit)}


def _same(
    series: tuple[str, str],
    label: Text,
    codes: Mapping[str, tuple[str, int]],
    bounds: tuple[float, float],
    reference: Mapping[str, Range],
    critical: Range = (None, None),
) -> tuple[Code, ...]:
    """One quantity under its mass and its molar code; figures are given in the first unit."""
    analyte, family = series
    first = next(iter(codes.values()))[0]
    to_first = _per(analyte, first)
    made = []
    for code, (unit, decimals) in codes.items():
        there = 1 / to_first[unit]
        made.append(
            Code(
                code,
                label,
                family,
                factors=_per(analyte, unit),
                bounds=(bounds[0] * there, bounds[1] * there),
                reference={
                    sex: (low and low * there, high and high * there)
                    for sex, (low, high) in reference.items()
                },
                critical=(
                    critical[0] and critical[0] * there,
                    critical[1] and critical[1] * there,
                ),
                critical_source=CALLED_AT_ONCE if critical != (None, None) else None,
                decimals=decimals,
                series=f"{analyte}:{next(iter(codes))}",
                quantity=analyte,
            )
        )
    return tuple(made)


GLUCOSE = (
    *_same(
        ("glucose", "glucose"),
        {"en": "Fasting glucose", "zh-Hans": "空腹血糖"},
        {"1558-6": ("mg/dL", 0), "14771-0": ("mmol/L", 1)},
        (20, 1500),
        {"any": (70, 99)},
        (45, 450),
    ),
    *_same(
        ("glucose", "glucose"),
        {"en": "Glucose 2 h after 75 g", "zh-Hans": "OGTT 2小时血糖"},
        {"1518-0": ("mg/dL", 0), "14995-5": ("mmol/L", 1)},
        (20, 1500),
        {"any": (70, 139)},
        (45, 450),
    ),
    Code(
        "2345-7",
        {"en": "Glucose, random or unspecified", "zh-Hans": "血糖（随机或未注明）"},
        "glucose",
        factors=_per("glucose", "mg/dL"),
        quantity="glucose",
        bounds=(20, 1500),
        critical=(45, 450),
        critical_source=CALLED_AT_ONCE,
    ),
    Code(
        "4548-4",
        {"en": "HbA1c", "zh-Hans": "糖化血红蛋白（HbA1c）"},
        "glucose",
        factors={"%": 1.0},
        bounds=(2, 25),
        reference={"any": (4.0, 5.6)},
        decimals=1,
    ),
    Code(
        "insulin-2h",
        {"en": "Insulin 2 h after 75 g", "zh-Hans": "OGTT 2小时胰岛素"},
        "glucose",
        system=OWN_CODES,
        factors=_per("insulin", "u[IU]/mL"),
        quantity="insulin",
        bounds=(0.1, 5000),
    ),
)

LIPIDS = (
    *_same(
        ("cholesterol", "lipids"),
        {"en": "Total cholesterol", "zh-Hans": "总胆固醇"},
        {"2093-3": ("mg/dL", 0), "14647-2": ("mmol/L", 1)},
        (20, 1500),
        {"any": (120, 199)},
    ),
    *_same(
        ("cholesterol", "lipids"),
        {"en": "HDL cholesterol", "zh-Hans": "高密度脂蛋白胆固醇"},
        {"2085-9": ("mg/dL", 0), "14646-4": ("mmol/L", 2)},
        (5, 300),
        {"female": (50, None), "male": (40, None)},
    ),
    *_same(
        ("cholesterol", "lipids"),
        {"en": "LDL cholesterol", "zh-Hans": "低密度脂蛋白胆固醇"},
        {"2089-1": ("mg/dL", 0), "22748-8": ("mmol/L", 1)},
        (5, 1200),
        {"any": (None, 129)},
    ),
    Code(
        "13457-7",
        {"en": "LDL cholesterol (calculated)", "zh-Hans": "低密度脂蛋白胆固醇（计算值）"},
        "lipids",
        factors=_per("cholesterol", "mg/dL"),
        quantity="cholesterol",
        bounds=(5, 1200),
        reference={"any": (None, 129)},
    ),
    *_same(
        ("triglycerides", "lipids"),
        {"en": "Triglycerides", "zh-Hans": "甘油三酯"},
        {"2571-8": ("mg/dL", 0), "14927-8": ("mmol/L", 1)},
        (10, 10000),
        {"any": (None, 149)},
    ),
)

LIVER = (
    *_same(
        ("bilirubin", "liver"),
        {"en": "Total bilirubin", "zh-Hans": "总胆红素"},
        {"1975-2": ("mg/dL", 1), "14631-6": ("umol/L", 0)},
        (0.05, 80),
        {"any": (0.2, 1.2)},
    ),
    Code(
        "1751-7",
        {"en": "Albumin", "zh-Hans": "白蛋白"},
        "liver",
        factors=_per("albumin", "g/dL"),
        quantity="albumin",
        bounds=(0.5, 8),
        reference={"any": (3.5, 5.0)},
        decimals=2,
    ),
    Code(
        "5902-2",
        {"en": "Prothrombin time", "zh-Hans": "凝血酶原时间"},
        "liver",
        factors={"s": 1.0},
        bounds=(5, 100),
        reference={"any": (10, 13)},
        decimals=1,
    ),
    Code(
        "6301-6",
        {"en": "INR", "zh-Hans": "国际标准化比值（INR）"},
        "liver",
        factors={"1": 1.0},
        bounds=(0.5, 20),
        reference={"any": (0.8, 1.2)},
        critical=(None, 5),
        critical_source=CALLED_AT_ONCE,
        decimals=1,
    ),
    Code(
        "1920-8",
        {"en": "Aspartate aminotransferase (AST)", "zh-Hans": "天冬氨酸氨基转移酶（AST）"},
        "liver",
        factors={"U/L": 1.0},
        bounds=(1, 30000),
        reference={"any": (None, 40)},
    ),
    Code(
        "1742-6",
        {"en": "Alanine aminotransferase (ALT)", "zh-Hans": "丙氨酸氨基转移酶（ALT）"},
        "liver",
        factors={"U/L": 1.0},
        bounds=(1, 30000),
        reference={"any": (None, 40)},
    ),
    Code(
        "6768-6",
        {"en": "Alkaline phosphatase", "zh-Hans": "碱性磷酸酶"},
        "liver",
        factors={"U/L": 1.0},
        bounds=(1, 20000),
        reference={"any": (40, 130)},
    ),
)

KIDNEY = (
    *_same(
        ("creatinine", "kidney"),
        {"en": "Creatinine", "zh-Hans": "肌酐"},
        {"2160-0": ("mg/dL", 2), "14682-9": ("umol/L", 0)},
        (0.1, 40),
        {"female": (0.5, 1.0), "male": (0.7, 1.2)},
        (None, 7.4),
    ),
    Code(
        "3094-0",
        {"en": "Urea nitrogen (BUN)", "zh-Hans": "尿素氮（BUN）"},
        "kidney",
        factors={"mg/dL": 1.0},
        bounds=(1, 400),
        reference={"any": (7, 20)},
    ),
    Code(
        "2951-2",
        {"en": "Sodium", "zh-Hans": "钠"},
        "kidney",
        factors={"mmol/L": 1.0},
        bounds=(80, 220),
        reference={"any": (135, 145)},
        critical=(120, 160),
        critical_source=CALLED_AT_ONCE,
    ),
    Code(
        "2823-3",
        {"en": "Potassium", "zh-Hans": "钾"},
        "kidney",
        factors={"mmol/L": 1.0},
        bounds=(0.8, 15),
        reference={"any": (3.5, 5.1)},
        critical=(2.8, 6.2),
        critical_source=CALLED_AT_ONCE,
        decimals=1,
    ),
)
