"""In which order the reasons stand, whether groups of inputs share a bar, and what is folded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from diagnosis.portal.charts.factors import Factor, joined
from diagnosis.results.pictures.rounding import whole

MOST_BARS = 8
OTHER = "other"
FAMILY = "family:"
"""Begins the key of a bar that stands for a group, so that no input is mistaken for one."""


class Order(StrEnum):
    """The largest first, as the inputs stand in the chart, or group by group."""

    SIZE = "size"
    CHART = "chart"
    GROUP = "group"


class Grouping(StrEnum):
    """A bar for each input, or one for each group of inputs."""

    EACH = "each"
    FAMILY = "family"


@dataclass(frozen=True)
class Arrangement:
    """How a reader wants the reasons to stand."""

    order: Order = Order.SIZE
    grouping: Grouping = Grouping.EACH


def arranged(factors: Sequence[Factor], arrangement: Arrangement) -> list[Factor]:
    """The factors as bars from top to bottom; what is folded stands in the last one."""
    order = arrangement.order
    rows = list(factors)
    if arrangement.grouping == Grouping.FAMILY and any(factor.family for factor in rows):
        rows = _by_family(rows, order)
    shown, folded = _split(rows)
    bars = _ordered(shown, order)
    if folded:
        inner = _ordered(folded, Order.CHART if order == Order.CHART else Order.SIZE)
        bars.append(joined(OTHER, inner, inner=inner))
    return bars


def _by_family(factors: Sequence[Factor], order: Order) -> list[Factor]:
    """One factor a group, holding its members; inputs without a group share one.

    A group of one has nothing to open.
    """
    inside: dict[str, list[Factor]] = {}
    for factor in factors:
        inside.setdefault(factor.family, []).append(factor)
    return [
        joined(
            FAMILY + name,
            members,
            family=name,
            inner=_ordered(members, order) if len(members) > 1 else (),
        )
        for name, members in inside.items()
    ]


def alone_in_family(factors: Sequence[Factor]) -> dict[str, str]:
    """The bars of groups that have one member only, and which that is."""
    inside: dict[str, list[str]] = {}
    for factor in factors:
        inside.setdefault(FAMILY + factor.family, []).append(factor.key)
    return {name: keys[0] for name, keys in inside.items() if len(keys) == 1}


def _split(factors: Sequence[Factor]) -> tuple[list[Factor], list[Factor]]:
    """Which have a bar of their own, and which share the last: the ninth and smaller, and zeros.

    One alone is never folded, and what was filled in is folded for its rank only.
    """
    ranked = sorted(factors, key=lambda factor: -abs(factor.contribution))
    small = [factor for factor in ranked[:MOST_BARS] if _is_nothing(factor)]
    if len(small) == len(ranked[:MOST_BARS]):
        small = []
    folded = {factor.key for factor in [*small, *ranked[MOST_BARS:]]}
    if len(folded) < 2:
        return list(factors), []
    shown = [factor for factor in factors if factor.key not in folded]
    return shown, [factor for factor in factors if factor.key in folded]


def _is_nothing(factor: Factor) -> bool:
    return whole(factor.contribution) == 0 and not factor.filled_in


def _ordered(factors: Sequence[Factor], order: Order) -> list[Factor]:
    by_size = sorted(factors, key=lambda factor: -abs(factor.contribution))
    if order == Order.SIZE:
        return by_size
    if order == Order.CHART:
        return sorted(factors, key=lambda factor: factor.place)
    first: dict[str, int] = {}
    for factor in sorted(factors, key=lambda factor: factor.place):
        first.setdefault(factor.family, factor.place)
    return sorted(by_size, key=lambda factor: first[factor.family])
