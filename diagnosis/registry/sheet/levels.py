"""The words of a band: each with the colour it leans to and its symbol, from low to high.

The one list of them. A sheet whose band has another word is not accepted.
"""

from __future__ import annotations

from dataclasses import dataclass

RAISE, LOWER, NEITHER = "raise", "lower", ""
LONGEST = 20
"""Letters that a result keeps of the code of its band."""


@dataclass(frozen=True)
class Level:
    """``leaning`` names the colour, which never stands without the word and the symbol."""

    code: str
    symbol: str
    leaning: str


LEVELS = {
    level.code: level
    for level in (
        Level("very-low", "▽", LOWER),
        Level("low", "▽", LOWER),
        Level("intermediate", "◇", NEITHER),
        Level("high", "▲", RAISE),
        Level("very-high", "▲▲", RAISE),
    )
}
NOTHING = Level("", "", NEITHER)
STRANGE = Level("", "○", NEITHER)
"""How a word of an older sheet is drawn that is none of these."""


def level_of(code: str) -> Level:
    """The level of a band's code; no colour and a symbol of its own for a word of before."""
    return LEVELS.get(code, STRANGE if code else NOTHING)
