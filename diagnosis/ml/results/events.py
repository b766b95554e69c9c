"""Which of two labels is the event: only where it is clear; else the recipe has to say it.

Clear are: 0 and 1; a word for «not there» (``ABSENT``: no, negative, control) beside any other; a
word beside its negation («stroke», «no stroke»); an outcome that is good (``GOOD``) beside one that
is bad (``BAD``). «Recovered» beside «not recovered» is not: some models foretell the one, some the
other. English and Chinese alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# fmt: off
ABSENT = frozenset((
    "0", "-1", "-", "−", "–", "no", "n", "f", "false", "negative", "neg", "absent", "none",
    "control", "controls", "healthy", "normal", "benign", "never",
    "无", "否", "没有", "阴性", "阴", "健康", "正常", "对照", "对照组", "良性", "未患病",
    "未发生", "假",
))
GOOD = frozenset((
    "alive", "living", "survived", "survivor", "survival", "survive", "recovered", "recovery",
    "cured", "healed", "improved", "remission", "discharged", "censored", "responder", "response",
    "存活", "生存", "活", "存活者", "康复", "治愈", "痊愈", "好转", "缓解", "出院", "删失", "有效",
))
BAD = frozenset((
    "dead", "died", "death", "deceased", "fatal", "nonsurvivor", "non-survivor", "expired",
    "relapse", "relapsed", "recurrence", "recurred", "progression", "progressed", "worse",
    "worsened", "failure", "failed", "死亡", "死", "病死", "复发", "进展", "恶化",
))
# fmt: on
_ALONE = {"n": "y", "f": "t", "0": "1", "-1": "1"}  # what else stands beside these means another
_NEGATION = re.compile(
    r"(no|not|non|without|never|free of|negative for)[\s_-]+(?=\S)|[无未非不没]+有?"
)
PLAIN = frozenset(("0", "1", "-1", "true", "false"))
"""Labels that name their event themselves; of others it is said which one was taken."""


def event_of(labels: Sequence[str]) -> str | None:
    """Return which of two labels is the event, or None where somebody has to say it."""
    first, second = (label.strip().casefold() for label in labels)
    chosen = [
        label
        for label, this, other in ((labels[1], second, first), (labels[0], first, second))
        if _is_event(this, other)
    ]
    return chosen[0] if len(chosen) == 1 else None


def _is_event(this: str, other: str) -> bool:
    """Whether ``other`` says that there is nothing of what ``this`` says there is."""
    if other in _ALONE:
        return this == _ALONE[other]
    if this in BAD:
        return other in GOOD or other in ABSENT or _without_negation(other) == this
    if this in ABSENT or this in GOOD or _without_negation(this) is not None:
        return False
    return other in ABSENT or _without_negation(other) in (this, this.removeprefix("有"))


def _without_negation(text: str) -> str | None:
    """Return «stroke» for «no stroke», None for what is no negation."""
    found = _NEGATION.match(text)
    return text[found.end() :] if found else None
