"""Units in UCUM spelling, and the factors between those that laboratories mix up.

Factors come from molar masses as printed on laboratory forms: cholesterol 386.7 g/mol, glucose
180.2 g/mol, bilirubin 584.7 g/mol (1 mg/dL = 17.1 umol/L), creatinine 113.1 g/mol.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from diagnosis.ml.errors import UnitError

# Spellings seen on forms and in files -> UCUM. The comparison ignores case and spaces.
_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "mg/dL": ("mg/dl", "mg%", "mg/100ml"),
    "mg/L": ("mg/l", "ug/ml", "µg/ml"),
    "g/dL": ("g/dl", "gm/dl", "g%"),
    "g/L": ("g/l",),
    "mmol/L": ("mmol/l",),
    "umol/L": ("umol/l", "µmol/l", "μmol/l", "micromol/l", "mcmol/l"),
    "mm[Hg]": ("mmhg", "mm hg", "torr"),
    "kPa": ("kpa",),
    "/min": ("1/min", "{beats}/min", "bpm", "beats/min", "beats/minute", "min-1"),
    "s": ("sec", "secs", "second", "seconds"),
    "mm": ("millimeter", "millimetre"),
    "mV": ("mv",),
    "cm": ("centimeter", "centimetre"),
    "m": ("meter", "metre"),
    "kg": ("kgs", "kilogram"),
    "a": ("y", "yr", "yrs", "year", "years"),
    "d": ("day", "days"),
    "kg/m2": ("kg/m^2", "kg/m²", "kg/m**2"),
    "10*3/uL": ("10^3/ul", "10³/µl", "10³/ul", "10*3/µl", "k/ul", "k/µl", "thou/ul"),
    "10*9/L": ("10^9/l", "10⁹/l"),
    "u[IU]/mL": ("uiu/ml", "µiu/ml", "uu/ml", "µu/ml", "miu/l", "mu/l", "m[iu]/l"),
    "pmol/L": ("pmol/l",),
    "%": ("percent",),
    "1": ("{count}", "{score}", ""),
}

_ANNOTATION = re.compile(r"\{(?!1[.,]73)[^{}]*\}")
"""All but the body surface to which a filtration rate is related: another quantity without it."""
_UCUM_FIRST = {name.casefold(): name for name in _SPELLINGS}
_ALIASES = {
    alias.casefold().replace(" ", ""): name
    for name, aliases in _SPELLINGS.items()
    for alias in aliases
} | _UCUM_FIRST

# analyte -> {unit: how much of the first unit one of it is}
_ANALYTES: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "cholesterol": {"mg/dL": 1.0, "mmol/L": 38.67},
        "glucose": {"mg/dL": 1.0, "mmol/L": 18.02},
        "bilirubin": {"mg/dL": 1.0, "umol/L": 1 / 17.1},
        "creatinine": {"mg/dL": 1.0, "umol/L": 1 / 88.42},
        "triglycerides": {"mg/dL": 1.0, "mmol/L": 88.57},
        "albumin": {"g/dL": 1.0, "g/L": 0.1},
        "haemoglobin": {"g/dL": 1.0, "g/L": 0.1},
        "light_chain": {"mg/dL": 1.0, "mg/L": 0.1},
        "platelets": {"10*3/uL": 1.0, "10*9/L": 1.0},
        "insulin": {"u[IU]/mL": 1.0, "pmol/L": 1 / 6.0},
        "pressure": {"mm[Hg]": 1.0, "kPa": 7.50062},
        "length": {"m": 1.0, "cm": 0.01, "mm": 0.001},
        "st_depression": {"mm": 1.0, "mV": 10.0},
    }
)


def normalise(unit: str) -> str:
    """Return the UCUM spelling of a unit; an unknown one comes back as it is, without spaces.

    What stands in braces is a note for people and counts for nothing, as UCUM says.

    >>> normalise("µmol/l"), normalise("mmHg"), normalise("mg/dL"), normalise("%{HbA1c}")
    ('umol/L', 'mm[Hg]', 'mg/dL', '%')
    """
    plain = unit.strip()
    known = _ALIASES.get(plain.casefold().replace(" ", ""))
    if known is not None or "{" not in plain:
        return plain if known is None else known
    bare = _ANNOTATION.sub("", plain).rstrip("/.")
    return _ALIASES.get(bare.casefold().replace(" ", ""), bare)


def conversions(analyte: str, unit: str) -> dict[str, float]:
    """Return the factors that turn every other usual unit of an analyte into ``unit``.

    Parameters
    ----------
    analyte : str
        ``cholesterol``, ``glucose``, ``bilirubin``, ``creatinine``, ``albumin``, ``light_chain`` …
    unit : str
        The unit wanted, in any known spelling.

    Returns
    -------
    dict of str to float
        ``value_in_unit = value * factor``.

    Raises
    ------
    UnitError
        The analyte or its unit is unknown.
    """
    factors = _ANALYTES.get(analyte)
    wanted = normalise(unit)
    if factors is None or wanted not in factors:
        raise UnitError(f"No conversions known for {analyte} in {unit}.")
    return {name: factor / factors[wanted] for name, factor in factors.items() if name != wanted}
