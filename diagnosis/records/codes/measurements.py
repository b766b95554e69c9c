"""What is measured at the bedside or in a function test.

Reference ranges are common knowledge, to be confirmed by a clinician; bounds are what no body has.
"""

from __future__ import annotations

from diagnosis.ml.inputs.units import conversions
from diagnosis.records.codes.model import OWN_CODES, UNITLESS, Code

_PRESSURE = {"mm[Hg]": 1.0, **conversions("pressure", "mm[Hg]")}
_RATE = {"/min": 1.0}
_NEWS2 = {
    "en": "values that score 3 in NEWS2 (Royal College of Physicians, 2017); "
    "to be confirmed by a clinician",
    "zh-Hans": "NEWS2（英国皇家内科医师学会，2017年）中单项计3分的数值；有待临床医师确认",
}

VITAL_SIGNS = (
    Code(
        "85354-9",
        {"en": "Blood pressure", "zh-Hans": "血压"},
        "vital-signs",
        factors=_PRESSURE,
        quantity="pressure",
        components=("8480-6", "8462-4"),
    ),
    Code(
        "8480-6",
        {"en": "Systolic blood pressure", "zh-Hans": "收缩压"},
        "vital-signs",
        factors=_PRESSURE,
        quantity="pressure",
        bounds=(40, 320),
        reference={"any": (90, 139)},
        critical=(89, 220),  # NEWS2 counts 90, too; the usual range begins there
        critical_source=_NEWS2,
    ),
    Code(
        "8462-4",
        {"en": "Diastolic blood pressure", "zh-Hans": "舒张压"},
        "vital-signs",
        factors=_PRESSURE,
        quantity="pressure",
        bounds=(20, 200),
        reference={"any": (60, 89)},
    ),
    Code(
        "8867-4",
        {"en": "Heart rate", "zh-Hans": "心率"},
        "vital-signs",
        factors=_RATE,
        bounds=(10, 350),
        reference={"any": (60, 100)},
        critical=(40, 131),
        critical_source=_NEWS2,
    ),
    Code(
        "9279-1",
        {"en": "Respiratory rate", "zh-Hans": "呼吸频率"},
        "vital-signs",
        factors=_RATE,
        bounds=(2, 120),
        reference={"any": (12, 20)},
        critical=(8, 25),
        critical_source=_NEWS2,
    ),
    Code(
        "8310-5",
        {"en": "Body temperature", "zh-Hans": "体温"},
        "vital-signs",
        factors={"Cel": 1.0},
        bounds=(15, 46),
        reference={"any": (36.0, 37.5)},
        critical=(35.0, 40.0),  # NEWS2 scores no fever with 3
        critical_source=_NEWS2,
        decimals=1,
    ),
    Code(
        "59408-5",
        {"en": "Oxygen saturation (pulse oximetry)", "zh-Hans": "血氧饱和度（脉搏血氧仪）"},
        "vital-signs",
        factors={"%": 1.0},
        bounds=(10, 100),
        reference={"any": (95, None)},
        critical=(91, None),
        critical_source=_NEWS2,
        series="oxygen-saturation",
    ),
    Code(
        "2708-6",
        {"en": "Oxygen saturation (arterial blood)", "zh-Hans": "血氧饱和度（动脉血）"},
        "vital-signs",
        factors={"%": 1.0},
        bounds=(10, 100),
        reference={"any": (95, None)},
        critical=(91, None),
        critical_source=_NEWS2,
    ),
)

BODY = (
    Code(
        "8302-2",
        {"en": "Body height", "zh-Hans": "身高"},
        "body",
        factors={"cm": 1.0, **conversions("length", "cm")},
        bounds=(20, 275),
        decimals=0,
    ),
    Code(
        "29463-7",
        {"en": "Body weight", "zh-Hans": "体重"},
        "body",
        factors={"kg": 1.0, "g": 0.001, "[lb_av]": 0.45359237},
        bounds=(0.2, 650),
        decimals=1,
    ),
    Code(
        "39156-5",
        {"en": "Body mass index", "zh-Hans": "体重指数"},
        "body",
        factors={"kg/m2": 1.0},
        bounds=(5, 150),
        reference={"any": (18.5, 24.9)},
        decimals=1,
    ),
    Code(
        "8280-0",
        {"en": "Waist at the navel", "zh-Hans": "脐水平腰围"},
        "body",
        factors={"cm": 1.0, **conversions("length", "cm")},
        bounds=(30, 250),
        decimals=1,
    ),
    Code(
        "hip-girth",
        {"en": "Hip girth", "zh-Hans": "臀围"},
        "body",
        system=OWN_CODES,
        factors={"cm": 1.0, **conversions("length", "cm")},
        bounds=(40, 250),
        decimals=1,
    ),
    Code(
        "calf-girth",
        {"en": "Calf girth", "zh-Hans": "小腿围"},
        "body",
        system=OWN_CODES,
        factors={"cm": 1.0, **conversions("length", "cm")},
        bounds=(10, 100),
        decimals=1,
    ),
    Code(
        "triceps-skinfold",
        {"en": "Triceps skinfold", "zh-Hans": "肱三头肌皮褶厚度"},
        "body",
        system=OWN_CODES,
        factors={"mm": 1.0, "cm": 10.0},
        bounds=(1, 150),
    ),
)

FUNCTION_TESTS = (
    Code(
        "peak-heart-rate",
        {"en": "Peak heart rate at the exercise test", "zh-Hans": "运动试验最大心率"},
        "cardiology",
        system=OWN_CODES,
        factors=_RATE,
        bounds=(30, 260),
    ),
    Code(
        "st-depression",
        {"en": "ST depression during exercise", "zh-Hans": "运动诱发ST段压低"},
        "cardiology",
        system=OWN_CODES,
        factors={"mm": 1.0, **conversions("st_depression", "mm")},
        bounds=(0, 10),
        decimals=1,
    ),
)

HISTORY = (
    Code(
        "11996-6",
        {"en": "Number of pregnancies", "zh-Hans": "妊娠次数"},
        "history",
        factors={UNITLESS: 1.0},
        bounds=(0, 30),
        whole=True,
    ),
)
