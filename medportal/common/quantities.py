"""How clinical values and their units are written, in pages and in stored sentences alike."""

from __future__ import annotations

import re
import unicodedata

_PRINTED = {
    "1": "",
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "[lb_av]": "lb",
    "[degF]": "°F",
    "m[IU]/L": "mIU/L",
    "[IU]/L": "IU/L",
}
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_POWER_OF_TEN = re.compile(r"10[*^](-?\d+)")
_ANNOTATED_AREA = re.compile(r"\{1\.73_?m2\}")
_ANNOTATION = re.compile(r"\{[^}]*\}")
_MICRO = re.compile(r"(?<![A-Za-z])u(?=mol|g|L|s\b|m\b|U\b|IU)")
_METRES = re.compile(r"(?<![A-Za-z0-9⁰-⁹])(m|cm)([23])\b")


def unit(ucum: str | None) -> str:
    """A unit as laboratories print it: no UCUM code is ever shown to people."""
    code = (ucum or "").strip()
    if code in _PRINTED:
        return _PRINTED[code]
    text = _ANNOTATION.sub("", _ANNOTATED_AREA.sub("1.73 m2", code))
    text = text.replace("[IU]", "IU").replace("mm[Hg]", "mmHg")
    text = _POWER_OF_TEN.sub(lambda found: "×10" + found[1].translate(_RAISED), text)
    text = _METRES.sub(lambda found: found[1] + found[2].translate(_RAISED), text)
    return _MICRO.sub("µ", text)


def typed(text: str) -> float:
    """A number as people type it; ValueError for what is none, Python's own ``1_000`` included."""
    if "_" in text:
        raise ValueError(text)
    return float(text.replace("\N{MINUS SIGN}", "-"))


_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:[,' ]\d{3})+(?:\.\d+)?")


def meant(text: str) -> list[str]:
    """What a text that is no number may stand for: «7,8» is 7.8, «1,234» may be two numbers."""
    narrow = unicodedata.normalize("NFKC", text)  # full-width digits, points and commas
    narrow = narrow.replace("\N{IDEOGRAPHIC FULL STOP}", ".").replace("\N{MINUS SIGN}", "-")
    plain = " ".join(narrow.split())
    found = [plain] if plain != text.strip() and _is_number(plain) else []
    if _DECIMAL_COMMA.fullmatch(plain):
        found.append(plain.replace(",", "."))
    if _THOUSANDS.fullmatch(plain):
        found.append(re.sub("[,' ]", "", plain))
    return list(dict.fromkeys(found))


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?\d+(\.\d+)?", text) is not None


def number(value: float | None, decimals: int | None = None) -> str:
    """A clinical value; without ``decimals`` as short as it is exact, and a true minus sign."""
    if value is None:
        return ""
    text = f"{value:.6g}" if decimals is None else f"{value:.{decimals}f}"
    if "e" in text:
        text = f"{value:.0f}"
    return text.replace("-", "\N{MINUS SIGN}")
