"""What stands where a value belongs and is none: nothing, or only a limit."""

from __future__ import annotations

import re
from unicodedata import normalize

_BLANK = frozenset(
    ("", "-", "--", "---", "–", "—", "?", ".", "n/a", "na", "#n/a", "null", "nil", "none")
)  # fmt: skip
_LIMIT = re.compile(
    r"""\s*
    (?: [<>≤≥⩽⩾≦≧] \s* =? | &[lg]t; \s* =?
      | (?:less|lower|fewer|more|greater|higher|larger)\s+than | under | over | below | above
      | up\s+to | at\s+(?:least|most)
      | 小于等于 | 大于等于 | 小于 | 大于 | 低于 | 高于 | 不足 | 超过 | 少于 | 多于 | 至少 | 至多 )
    \s* [+-]? [.,]? \d .*""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


def is_blank(written: object) -> bool:
    """Nothing, or what people and programs write for it."""
    return written is None or (isinstance(written, str) and written.strip().lower() in _BLANK)


def is_limit(written: object) -> bool:
    """«< 5», «>=100», «小于0.5»: more or less than something is no value."""
    return isinstance(written, str) and bool(_LIMIT.fullmatch(normalize("NFKC", written)))
