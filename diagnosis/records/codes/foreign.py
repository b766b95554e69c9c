"""Units that the dictionary does not hold, and how to say the same in one that it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_POUND, _OUNCE, _INCH = 0.45359237, 0.028349523125, 2.54

# unit -> the units it can be said in: one of it times the factor, plus the offset
_FOREIGN: dict[str, dict[str, tuple[float, float]]] = {
    "[degF]": {"Cel": (5 / 9, -160 / 9)},
    "K": {"Cel": (1.0, -273.15)},
    "[in_i]": {"cm": (_INCH, 0.0), "m": (_INCH / 100, 0.0), "mm": (_INCH * 10, 0.0)},
    "[ft_i]": {"cm": (_INCH * 12, 0.0), "m": (_INCH * 0.12, 0.0)},
    "[lb_av]": {"kg": (_POUND, 0.0), "g": (_POUND * 1000, 0.0)},
    "[oz_av]": {"kg": (_OUNCE, 0.0), "g": (_OUNCE * 1000, 0.0)},
    "[stone_av]": {"kg": (_POUND * 14, 0.0)},
}


@dataclass(frozen=True)
class Conversion:
    unit: str
    factor: float
    offset: float

    def __call__(self, value: float) -> float:
        """Without the digits that arithmetic alone has made."""
        return float(f"{value * self.factor + self.offset:.9g}")


def conversion(unit: str, accepted: Iterable[str]) -> Conversion | None:
    """Into the first of the accepted units that it can be said in."""
    known = _FOREIGN.get(unit, {})
    return next((Conversion(to, *known[to]) for to in accepted if to in known), None)
