"""What a pathology report of a breast says, and what was given afterwards: our own codes.

Receptors are positive or negative as the laboratory reports them: a per cent by
immunohistochemistry is another quantity than the binding of before, and is never converted.
"""

from __future__ import annotations

from diagnosis.records.codes.findings import YES_NO
from diagnosis.records.codes.model import OWN_CODES, UNITLESS, Answer, Code, Text

_AS_REPORTED: Text = {
    "en": "Positive as the laboratory reports it; a per cent is never converted.",
    "zh-Hans": "以实验室报告的阳性为准；百分比不作换算。",
}


def _reported(code: str, label: Text, definition: Text | None = None) -> Code:
    return Code(
        code, label, "breast-pathology", system=OWN_CODES, answers=YES_NO, definition=definition
    )


BREAST = (
    Code(
        "positive-axillary-nodes",
        {"en": "Positive axillary lymph nodes", "zh-Hans": "腋窝阳性淋巴结数"},
        "breast-pathology",
        system=OWN_CODES,
        factors={UNITLESS: 1.0},
        bounds=(0, 80),
        whole=True,
    ),
    Code(
        "breast-tumour-size-class",
        {"en": "Size of the breast tumour", "zh-Hans": "乳腺肿瘤大小"},
        "breast-pathology",
        system=OWN_CODES,
        answers=(
            Answer("to-20", {"en": "up to 20 mm", "zh-Hans": "≤20 mm"}),
            Answer("21-50", {"en": "21 to 50 mm", "zh-Hans": "21—50 mm"}),
            Answer("over-50", {"en": "over 50 mm", "zh-Hans": ">50 mm"}),
        ),
        definition={
            "en": "Largest diameter on pathology.",
            "zh-Hans": "病理所测最大径。",
        },
    ),
    _reported(
        "oestrogen-receptor-positive",
        {"en": "Oestrogen receptor positive", "zh-Hans": "雌激素受体阳性"},
        _AS_REPORTED,
    ),
    _reported(
        "progesterone-receptor-positive",
        {"en": "Progesterone receptor positive", "zh-Hans": "孕激素受体阳性"},
        _AS_REPORTED,
    ),
    _reported("postmenopausal", {"en": "Postmenopausal at surgery", "zh-Hans": "手术时已绝经"}),
    _reported(
        "hormone-therapy-given",
        {"en": "Hormone therapy given", "zh-Hans": "已给予内分泌治疗"},
        {
            "en": "A treatment that was given, not its effect.",
            "zh-Hans": "已给予的治疗，并非治疗效果。",
        },
    ),
)
