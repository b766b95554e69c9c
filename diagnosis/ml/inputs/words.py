"""How a cell is read, at training as at prediction: what says nothing, what is a number."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

MISSING = frozenset(
    ("", "?", "？", ".", "na", "n/a", "n.a.", "#n/a", "<na>", "nan", "-nan", "null")
)  # fmt: skip
"""Words that say nothing, in any case. «None» is not among them: in medicine it is an answer."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)
_CODE = re.compile(r"[+-]?0\d", re.ASCII)  # «01» is written so on purpose


def is_missing(raw: Any) -> bool:
    """Whether a raw value says nothing: None, NaN, pandas' NA and NaT, a word of ``MISSING``."""
    if raw is None or type(raw).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(raw, str):
        return raw.strip().casefold() in MISSING
    return isinstance(raw, (float, np.floating)) and math.isnan(raw)


def number_of(raw: Any) -> float | None:
    """Return a number, or None for what is none: a truth value, or Python's own ``1_000``."""
    if isinstance(raw, (bool, np.bool_)) or (isinstance(raw, str) and "_" in raw):
        return None
    try:
        return float(raw)
    except OverflowError:  # a whole number with more digits than any float
        return float("inf")
    except (TypeError, ValueError):
        return None


def is_number(text: str) -> bool:
    """Whether a text is a number as people write it; no ``1_000``, no full-width digits."""
    return bool(_NUMBER.fullmatch(text) or _INFINITE.fullmatch(text))


def is_code(text: str) -> bool:
    """Whether a text holds digits that are no number, as «01» and «007» do."""
    return bool(_CODE.match(text)) and is_number(text)


def text_of(raw: Any) -> str:
    """Return a category as text: 1 and 1.0 are «1», and «01» stays «01»."""
    if isinstance(raw, (bool, np.bool_)):
        return str(bool(raw))
    if isinstance(raw, (float, np.floating)) and float(raw).is_integer():
        return str(int(raw))
    return str(raw).strip()
