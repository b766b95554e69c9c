"""Inputs so alike that their shares mean little apart stand in one bar."""

from __future__ import annotations

from collections.abc import Sequence

from diagnosis.portal.charts.factors import Factor, joined

JOINT = "+"


def families(pairs: Sequence[Sequence[str]]) -> list[list[str]]:
    """Pairs that share an input belong together: a–b and b–c are one family of three."""
    found: list[list[str]] = []
    for pair in pairs:
        touched = [family for family in found if set(family) & set(pair)]
        merged = list(dict.fromkeys([name for family in touched for name in family] + list(pair)))
        found = [family for family in found if family not in touched] + [merged]
    return found


def with_twins_joined(
    factors: Sequence[Factor], pairs: Sequence[Sequence[str]]
) -> tuple[list[Factor], dict[str, tuple[str, ...]]]:
    """The factors with each family in one, and which inputs each joint factor holds."""
    rest, members = list(factors), {}
    for family in families(pairs):
        inside = [factor for factor in rest if factor.key in family]
        if len(inside) > 1:
            key = JOINT.join(factor.key for factor in inside)
            joint = joined(key, inside, family=inside[0].family)
            rest = [factor for factor in rest if factor.key not in family] + [joint]
            members[joint.key] = tuple(factor.key for factor in inside)
    return rest, members
