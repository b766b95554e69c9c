"""How each input moves the model over its range, beside what was expected of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class DirectionBar:
    """One input: a bar to the right raises, to the left lowers."""

    feature: str
    expected: str
    actual: str
    effect: float | None
    left: str
    width: str
    contradiction: bool


def _effect(given: Mapping[str, Any]) -> float | None:
    """The change of the probability over the input's range, where the manifest holds one."""
    for name in ("effect", "change", "strength", "slope"):
        if isinstance(given.get(name), (int, float)):
            return float(given[name])
    return None


def direction_bars(directions: Sequence[Mapping[str, Any]]) -> list[DirectionBar]:
    """Contradictions first, then the largest effects."""
    effects = [_effect(given) for given in directions]
    widest = max((abs(e) for e in effects if e is not None), default=0.0) or 1.0
    bars = []
    for given, effect in zip(directions, effects, strict=True):
        reach = 0.0 if effect is None else abs(effect) / widest * 50
        left = 50.0 - reach if (effect or 0.0) < 0 else 50.0
        bars.append(
            DirectionBar(
                feature=str(given["feature"]),
                expected=str(given["expected"]),
                actual=str(given["actual"]),
                effect=effect,
                left=f"{left:.1f}%",
                width=f"{reach:.1f}%",
                contradiction=bool(given.get("contradiction")),
            )
        )
    return sorted(bars, key=lambda b: (not b.contradiction, -abs(b.effect or 0.0)))
