"""What one input, or several together, add to an estimate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SURE = 1.96
"""Standard errors to either side of a bar's end: a 95 % interval."""


@dataclass(frozen=True)
class Factor:
    """A contribution with its standard error: all of it, and that of the computation alone.

    ``place`` is where the input stands in the model's schema; ``inner`` are the factors of which
    this one is the sum, where each of them has a bar of its own.
    """

    key: str
    contribution: float
    standard_error: float | None = None
    filled_in: bool = False
    coalition_error: float | None = None
    place: int = 0
    family: str = ""
    inner: tuple[Factor, ...] = ()

    @property
    def is_distinguishable(self) -> bool:
        """Whether the 95 % interval leaves out zero; what has no error claims nothing."""
        error = self.standard_error
        return error is None or abs(self.contribution) >= SURE * error


def _sum(errors: Sequence[float | None]) -> float | None:
    """Errors against one background hang together: their sum is the safe side."""
    known = [error for error in errors if error is not None]
    return sum(known) if len(known) == len(errors) else None


def joined(
    key: str, members: Sequence[Factor], *, family: str = "", inner: Sequence[Factor] = ()
) -> Factor:
    """Several factors as one, with an error that is rather too large than too small."""
    return Factor(
        key=key,
        contribution=sum(member.contribution for member in members),
        standard_error=_sum([member.standard_error for member in members]),
        filled_in=any(member.filled_in for member in members),
        coalition_error=_sum([member.coalition_error for member in members]),
        place=min(member.place for member in members),
        family=family,
        inner=tuple(inner),
    )
