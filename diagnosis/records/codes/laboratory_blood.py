"""Blood counts, free light chains, inflammation and hormones."""

from __future__ import annotations

from diagnosis.ml.inputs.units import conversions
from diagnosis.records.codes.model import CALLED_AT_ONCE, UNITLESS, Code

_CELLS = {"10*3/uL": 1.0, **conversions("platelets", "10*3/uL")}
# Laboratories mostly report light chains in mg/L; the older tables are in mg/dL: ten-fold apart.
_LIGHT_CHAIN = {"mg/L": 1.0, **conversions("light_chain", "mg/L")}

HAEMATOLOGY = (
    Code(
        "718-7",
        {"en": "Haemoglobin", "zh-Hans": "血红蛋白"},
        "haematology",
        factors={"g/dL": 1.0, **conversions("haemoglobin", "g/dL")},
        quantity="haemoglobin",
        bounds=(1, 30),
        reference={"female": (12.0, 15.5), "male": (13.5, 17.5)},
        critical=(7, None),
        critical_source=CALLED_AT_ONCE,
        decimals=1,
    ),
    Code(
        "6690-2",
        {"en": "White blood cells", "zh-Hans": "白细胞"},
        "haematology",
        factors=_CELLS,
        quantity="platelets",
        bounds=(0.01, 1000),
        reference={"any": (4.0, 11.0)},
        critical=(1.0, None),
        critical_source=CALLED_AT_ONCE,
        decimals=1,
    ),
    Code(
        "777-3",
        {"en": "Platelets", "zh-Hans": "血小板"},
        "haematology",
        factors=_CELLS,
        quantity="platelets",
        bounds=(1, 5000),
        reference={"any": (150, 400)},
        critical=(20, 1000),
        critical_source=CALLED_AT_ONCE,
    ),
    Code(
        "4544-3",
        {"en": "Haematocrit", "zh-Hans": "红细胞压积"},
        "haematology",
        factors={"%": 1.0},
        bounds=(3, 85),
        reference={"female": (36, 46), "male": (40, 52)},
        decimals=1,
    ),
)

LIGHT_CHAINS = (
    Code(
        "36916-5",
        {"en": "Free kappa light chains", "zh-Hans": "游离κ轻链"},
        "light-chains",
        factors=_LIGHT_CHAIN,
        quantity="light_chain",
        bounds=(0.05, 30000),
        reference={"any": (3.3, 19.4)},
        decimals=1,
        series="kappa",
    ),
    Code(
        "80515-0",
        {"en": "Free kappa light chains", "zh-Hans": "游离κ轻链"},
        "light-chains",
        factors=_LIGHT_CHAIN,
        quantity="light_chain",
        bounds=(0.05, 30000),
        reference={"any": (3.3, 19.4)},
        decimals=1,
        series="kappa",
    ),
    Code(
        "33944-0",
        {"en": "Free lambda light chains", "zh-Hans": "游离λ轻链"},
        "light-chains",
        factors=_LIGHT_CHAIN,
        quantity="light_chain",
        bounds=(0.05, 30000),
        reference={"any": (5.7, 26.3)},
        decimals=1,
    ),
    Code(
        "48378-4",
        {"en": "Kappa/lambda ratio", "zh-Hans": "κ/λ比值"},
        "light-chains",
        factors={UNITLESS: 1.0},
        bounds=(0.0001, 10000),
        reference={"any": (0.26, 1.65)},
        decimals=2,
    ),
)

INFLAMMATION = (
    Code(
        "1988-5",
        {"en": "C-reactive protein", "zh-Hans": "C反应蛋白"},
        "inflammation",
        factors={"mg/L": 1.0, "mg/dL": 10.0},
        bounds=(0.01, 1000),
        reference={"any": (None, 5)},
        decimals=1,
    ),
    Code(
        "3016-3",
        {"en": "Thyrotropin (TSH)", "zh-Hans": "促甲状腺激素（TSH）"},
        "thyroid",
        factors={"u[IU]/mL": 1.0},
        bounds=(0.001, 1000),
        reference={"any": (0.4, 4.0)},
        decimals=2,
    ),
)
