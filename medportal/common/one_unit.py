"""A text with a limit in two units, «3 mg/dL (50 µmol/L)», as it is read: in one, the reader's.

Authors write both, each rounded as its users know it; what is stored stays as it was written and
signed. Only what is surely one value twice is shortened: two units of one quantity, and numbers
that agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from medportal.common.preferred_units import CHOICES, RATIOS, preferred
from medportal.common.quantities import unit as printed

NEARLY = 0.06
"""By how much two rounded limits may differ: 3 mg/dL of bilirubin is 51, and written 50."""

_UCUM = {
    spelling: code
    for pair in CHOICES.values()
    for code in pair
    for spelling in (code, printed(code), printed(code).replace("\u00b5", "\u03bc"))
}
_NUMBER = r"\d+(?:\.\d+)?"
_VALUE = rf"{_NUMBER}(?: ?(?:to|至|[-–—~]) ?{_NUMBER})?"
_UNIT = "|".join(map(re.escape, sorted(_UCUM, key=len, reverse=True)))
_PAIR = re.compile(
    rf"(?P<first>(?P<one>{_VALUE})[ \u00a0]?(?P<its>{_UNIT})) ?"
    rf"[(（] ?(?P<second>(?P<other>{_VALUE})[ \u00a0]?(?P<others>{_UNIT})) ?[)）]"
)


def in_one_unit(text: str) -> str:
    """The text with the reader's unit alone; the first that is written where nobody chose."""
    return _PAIR.sub(_shorter, text) if "(" in text or "（" in text else text


def _shorter(found: re.Match[str]) -> str:
    units = _UCUM[found["its"]], _UCUM[found["others"]]
    wanted = {preferred(quantity, units) for quantity in _meant(found, units)}
    if len(wanted) != 1:  # no quantity of these units, or several that are read differently
        return found[0]
    return found["second" if wanted == {units[1]} else "first"]


def _meant(found: re.Match[str], units: tuple[str, str]) -> Iterator[str]:
    """Quantities of which both are the same value."""
    for quantity, choice in CHOICES.items():
        if set(units) == set(choice) and units[0] != units[1]:
            ratio = RATIOS[quantity] if units == choice else 1 / RATIOS[quantity]
            pairs = zip(_numbers(found["one"]), _numbers(found["other"]), strict=False)
            if all(abs(one - other * ratio) <= NEARLY * one for one, other in pairs):
                yield quantity


def _numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(_NUMBER, text)]
