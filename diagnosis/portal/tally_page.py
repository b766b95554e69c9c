"""Own estimates beside the model's, as figures, picture and table."""

from __future__ import annotations

from dataclasses import dataclass

from diagnosis.inference.tallies import FEWEST, Figure, Side, Tally
from diagnosis.portal.charts.curves import Calibration, calibration
from diagnosis.portal.figures import decimal, exact_percent, percent

DECIMALS = 3


@dataclass(frozen=True)
class ShownFigure:
    """A value, and its interval in brackets: on a phone they stand below each other."""

    value: str
    interval: str


@dataclass(frozen=True)
class ShownSide:
    """One column of the table, and its points in the picture."""

    mean: str
    brier: ShownFigure | None
    auroc: ShownFigure | None
    picture: Calibration | None


@dataclass(frozen=True)
class ShownTally:
    tally: Tally
    own: ShownSide
    model: ShownSide

    @property
    def rate(self) -> str:
        return exact_percent(self.tally.rate)

    @property
    def missing(self) -> int:
        """How many more it takes before anything can be said."""
        return max(0, FEWEST - self.tally.n)

    @property
    def fewest(self) -> int:
        return FEWEST


def shown_tally(tally: Tally) -> ShownTally:
    return ShownTally(tally, _side(tally.own), _side(tally.model))


def _side(side: Side) -> ShownSide:
    return ShownSide(
        mean=percent(side.mean),
        brier=_figure(side.brier),
        auroc=_figure(side.auroc),
        picture=calibration(side.bins),
    )


def _figure(found: Figure | None) -> ShownFigure | None:
    if found is None:
        return None
    value, lower, upper = (
        decimal(number, DECIMALS) for number in (found.value, found.lower, found.upper)
    )
    return ShownFigure(value, f"({lower}\u2013{upper})")
