"""Who on a list could be taken for somebody else on it: the names that look or sound alike."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from itertools import combinations
from uuid import UUID

from diagnosis.portal.frame.identity import Identity
from diagnosis.records.names import fold

ALIKE = 0.86
"""Of the letters of two whole names; «Smith, Anna» and «Smyth, Ana» have 0.86."""

FAMILY_AND_ONE = 2
"""Two characters: the family name and one more; if that differs the names do."""


def names_alike(people: Iterable[Identity]) -> set[UUID]:
    """Those of the list whose name another person on the list nearly has, too."""
    listed = list({who.patient.pk: who for who in people}.values())
    keys = {who.patient.pk: _Key(who) for who in listed}
    return {
        pk
        for one, other in combinations(keys, 2)
        if keys[one].is_like(keys[other])
        for pk in (one, other)
    }


class _Key:
    """A name as the eye takes it in: without case and accents, family name first."""

    def __init__(self, who: Identity) -> None:
        self.family = fold(who.patient.family_name)
        self.given = fold(who.patient.given_name)
        self.native = "".join(who.patient.native_name.split())
        self.whole = f"{self.family} {self.given}"

    def is_like(self, other: _Key) -> bool:
        if self.native and other.native:
            return _one_character_apart(self.native, other.native) or self.whole == other.whole
        if self.family == other.family:
            return self.given[:1] == other.given[:1]
        if self.family[:1] != other.family[:1]:
            return (self.family, self.given) == (other.given, other.family)
        matcher = SequenceMatcher(None, self.whole, other.whole, autojunk=False)
        return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _one_character_apart(one: str, other: str) -> bool:
    """The same family name, and of at least two characters more all but one."""
    if len(one) != len(other) or one[:1] != other[:1]:
        return False
    differing = sum(a != b for a, b in zip(one, other, strict=True))
    return differing == 0 or (differing == 1 and len(one) > FAMILY_AND_ONE)
