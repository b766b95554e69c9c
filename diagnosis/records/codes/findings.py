"""Findings and answers: coded in the project's own system, never under a guessed LOINC."""

from __future__ import annotations

from diagnosis.records.codes.model import OWN_CODES, Answer, Code, Text

YES_NO = (
    Answer("no", {"en": "no", "zh-Hans": "否"}),
    Answer("yes", {"en": "yes", "zh-Hans": "是"}),
)


def _finding(
    code: str,
    label: Text,
    family: str,
    answers: tuple[Answer, ...],
    definition: Text | None = None,
) -> Code:
    return Code(code, label, family, system=OWN_CODES, answers=answers, definition=definition)


CARDIOLOGY = (
    _finding(
        "chest-pain-type",
        {"en": "Chest pain type", "zh-Hans": "胸痛类型"},
        "cardiology",
        (
            Answer("typical-angina", {"en": "typical angina", "zh-Hans": "典型心绞痛"}),
            Answer("atypical-angina", {"en": "atypical angina", "zh-Hans": "不典型心绞痛"}),
            Answer("non-anginal-pain", {"en": "non-anginal pain", "zh-Hans": "非心绞痛性胸痛"}),
            Answer("asymptomatic", {"en": "no chest pain", "zh-Hans": "无胸痛"}),
        ),
        {
            "en": "Typical: (1) pressing discomfort behind the breastbone, neck, jaw, shoulder or "
            "arm, (2) brought on by exertion, (3) relieved within about 5 minutes by rest or "
            "nitrate: all three. Atypical: two of the three. Non-anginal: one or none.",
            "zh-Hans": "典型：①胸骨后、颈、下颌、肩或臂部的压榨样不适；②由体力活动诱发；"
            "③休息或含服硝酸酯后约5分钟内缓解，三项均符合。不典型：符合其中两项。"
            "非心绞痛性：符合一项或均不符合。",
        },
    ),
    _finding(
        "exercise-angina",
        {"en": "Angina during the exercise test", "zh-Hans": "运动试验诱发心绞痛"},
        "cardiology",
        YES_NO,
    ),
    _finding(
        "resting-ecg",
        {"en": "Resting ECG", "zh-Hans": "静息心电图"},
        "cardiology",
        (
            Answer("normal", {"en": "normal", "zh-Hans": "正常"}),
            Answer("st-t-abnormality", {"en": "ST-T abnormality", "zh-Hans": "ST-T异常"}),
            Answer(
                "left-ventricular-hypertrophy",
                {"en": "left ventricular hypertrophy", "zh-Hans": "左心室肥厚"},
            ),
        ),
    ),
    _finding(
        "st-slope",
        {"en": "Slope of the ST segment at peak exercise", "zh-Hans": "运动高峰ST段斜率"},
        "cardiology",
        (
            Answer("upsloping", {"en": "upsloping", "zh-Hans": "上斜型"}),
            Answer("flat", {"en": "flat", "zh-Hans": "水平型"}),
            Answer("downsloping", {"en": "downsloping", "zh-Hans": "下斜型"}),
        ),
    ),
)

METABOLISM = (
    _finding(
        "fasting-glucose-over-120",
        {"en": "Fasting glucose over 120 mg/dL", "zh-Hans": "空腹血糖高于6.7 mmol/L（120 mg/dL）"},
        "glucose",
        YES_NO,
        {
            "en": "From a fasting glucose only: over 120 mg/dL (6.7 mmol/L).",
            "zh-Hans": "仅依据空腹血糖：高于6.7 mmol/L（120 mg/dL）。",
        },
    ),
    _finding(
        "oedema",
        {"en": "Oedema", "zh-Hans": "水肿"},
        "liver",
        (
            Answer("none", {"en": "none", "zh-Hans": "无水肿"}),
            Answer(
                "resolved",
                {
                    "en": "without diuretics, or resolved by diuretics",
                    "zh-Hans": "有水肿但未用利尿剂，或用药后消退",
                },
            ),
            Answer(
                "despite-diuretics", {"en": "despite diuretics", "zh-Hans": "利尿剂治疗后仍有水肿"}
            ),
        ),
    ),
)

BREAST_IMAGING = (
    _finding(
        "mass-shape",
        {"en": "Shape of the mass", "zh-Hans": "肿块形状"},
        "breast-imaging",
        (
            Answer("round", {"en": "round", "zh-Hans": "圆形"}),
            Answer("oval", {"en": "oval", "zh-Hans": "卵圆形"}),
            Answer("lobular", {"en": "lobular", "zh-Hans": "分叶形"}),
            Answer("irregular", {"en": "irregular", "zh-Hans": "不规则形"}),
        ),
    ),
    _finding(
        "mass-margin",
        {"en": "Margin of the mass", "zh-Hans": "肿块边缘"},
        "breast-imaging",
        (
            Answer("circumscribed", {"en": "circumscribed", "zh-Hans": "清晰"}),
            Answer("microlobulated", {"en": "microlobulated", "zh-Hans": "微分叶"}),
            Answer("obscured", {"en": "obscured", "zh-Hans": "遮蔽"}),
            Answer("ill-defined", {"en": "ill-defined", "zh-Hans": "模糊"}),
            Answer("spiculated", {"en": "spiculated", "zh-Hans": "毛刺"}),
        ),
    ),
    _finding(
        "mass-density",
        {"en": "Density of the mass", "zh-Hans": "肿块密度"},
        "breast-imaging",
        (
            Answer("high", {"en": "high", "zh-Hans": "高密度"}),
            Answer("iso", {"en": "equal", "zh-Hans": "等密度"}),
            Answer("low", {"en": "low", "zh-Hans": "低密度"}),
            Answer("fat", {"en": "fat-containing", "zh-Hans": "含脂肪密度"}),
        ),
    ),
)
