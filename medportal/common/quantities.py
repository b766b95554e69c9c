"""How clinical values and their units are written, in pages and in stored sentences alike."""

from __future__ import annotations

ROMAN_PRINT = {
    "mm[Hg]": "mmHg",
    "umol/L": "µmol/L",
    "u[IU]/mL": "µIU/mL",
    "10*3/uL": "10³/µL",
    "10*9/L": "10⁹/L",
    "kg/m2": "kg/m²",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "Cel": "°C",
    "ug/dL": "µg/dL",
    "ug": "µg",
    "1": "",
}


def unit(ucum: str | None) -> str:
    """A UCUM unit as laboratories print it."""
    code = ucum or ""
    return "" if code.startswith("{") else ROMAN_PRINT.get(code, code)


def typed(text: str) -> float:
    """A number as people type it; ValueError for what is none, Python's own ``1_000`` included."""
    if "_" in text:
        raise ValueError(text)
    return float(text.replace("\N{MINUS SIGN}", "-"))


def number(value: float | None, decimals: int | None = None) -> str:
    """A clinical value; without ``decimals`` as short as it is exact, and a true minus sign."""
    if value is None:
        return ""
    text = f"{value:.6g}" if decimals is None else f"{value:.{decimals}f}"
    if "e" in text:
        text = f"{value:.0f}"
    return text.replace("-", "\N{MINUS SIGN}")
