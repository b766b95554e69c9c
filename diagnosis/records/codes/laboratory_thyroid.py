"""Thyroid tests, and what a report of them asks of the history.

Total hormones, never the free ones: a free T4 is another quantity, and no series joins the two. The
uptake is a ratio of about 1 (LOINC's 3050-2 is a per cent), and no code is sure for the molar total
T4: both have our own. Reference ranges are common adult ranges, to be confirmed by a clinician.
"""

from __future__ import annotations

from diagnosis.records.codes.findings import YES_NO
from diagnosis.records.codes.model import OWN_CODES, UNITLESS, Code

_T3 = {"en": "Total triiodothyronine (T3)", "zh-Hans": "总三碘甲状腺原氨酸（T3）"}
_T4 = {"en": "Total thyroxine (T4)", "zh-Hans": "总甲状腺素（T4）"}
T3_FACTOR = 0.01536  # nmol/L in 1 ng/dL
T4_FACTOR = 12.87  # nmol/L in 1 ug/dL

TESTS = (
    Code(
        "14930-2",
        _T3,
        "thyroid",
        factors={"nmol/L": 1.0, "ng/dL": T3_FACTOR},
        bounds=(0.05, 30),
        reference={"any": (1.2, 2.8)},
        decimals=1,
        series="total-t3",
    ),
    Code(
        "3053-6",
        _T3,
        "thyroid",
        factors={"ng/dL": 1.0, "nmol/L": 1 / T3_FACTOR},
        bounds=(0.05 / T3_FACTOR, 30 / T3_FACTOR),
        reference={"any": (1.2 / T3_FACTOR, 2.8 / T3_FACTOR)},
        series="total-t3",
    ),
    Code(
        "total-t4-molar",
        _T4,
        "thyroid",
        system=OWN_CODES,
        factors={"nmol/L": 1.0, "ug/dL": T4_FACTOR},
        bounds=(1, 700),
        reference={"any": (60, 150)},
        series="total-t4",
    ),
    Code(
        "3026-2",
        _T4,
        "thyroid",
        factors={"ug/dL": 1.0, "nmol/L": 1 / T4_FACTOR},
        bounds=(1 / T4_FACTOR, 700 / T4_FACTOR),
        reference={"any": (60 / T4_FACTOR, 150 / T4_FACTOR)},
        decimals=1,
        series="total-t4",
    ),
    Code(
        "t4-uptake-ratio",
        {"en": "T4 uptake (ratio)", "zh-Hans": "T4摄取比值"},
        "thyroid",
        system=OWN_CODES,
        factors={UNITLESS: 1.0},
        bounds=(0.1, 3),
        decimals=2,
        definition={
            "en": "A ratio of about 1; not a per cent.",
            "zh-Hans": "比值，约为1；不是百分数。",
        },
    ),
    Code(
        "3024-7",
        {"en": "Free thyroxine (free T4)", "zh-Hans": "游离甲状腺素（游离T4）"},
        "thyroid",
        factors={"ng/dL": 1.0, "pmol/L": 1 / T4_FACTOR},
        bounds=(0.05, 12),
        reference={"any": (0.8, 1.8)},
        decimals=1,
    ),
)


def _asked(code: str, english: str, chinese: str) -> Code:
    label = {"en": english, "zh-Hans": chinese}
    return Code(code, label, "thyroid", system=OWN_CODES, answers=YES_NO)


HISTORY = (
    _asked("on-thyroxine", "On thyroxine", "正在服用甲状腺素"),
    _asked("on-antithyroid-drug", "On an antithyroid drug", "正在服用抗甲状腺药"),
    _asked("thyroid-surgery", "Thyroid surgery", "甲状腺手术史"),
    _asked("radioiodine-given", "Radioiodine", "放射性碘治疗史"),
    _asked("on-lithium", "On lithium", "正在服用锂剂"),
    _asked("goitre", "Goitre", "甲状腺肿"),
    _asked("thyroid-tumour", "Thyroid tumour", "甲状腺肿瘤"),
)
