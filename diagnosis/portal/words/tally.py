"""Own estimates beside the model's, as figures, picture and table."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnosis.inference.lists.tallies import FEWEST, Side, Tally
from diagnosis.ml.evaluation import FEWEST_OF_EACH, MetricOfFew
from diagnosis.portal.charts.curves import Calibration, calibration
from diagnosis.portal.words.figures import decimal, exact_percent, percent, signed_decimal

DECIMALS = 3


@dataclass(frozen=True)
class ShownFigure:
    """A value, and its interval in brackets: on a phone they stand below each other."""

    value: str
    interval: str


@dataclass(frozen=True)
class ShownDifference:
    """Own − model on the same cases, and who was better, if that was shown."""

    value: str
    interval: str
    word: str


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
    def fewest_of_each(self) -> int:
        return FEWEST_OF_EACH

    @property
    def brier_difference(self) -> ShownDifference | None:
        return _difference(self.tally.brier_difference, better=-1)

    @property
    def auroc_difference(self) -> ShownDifference | None:
        return _difference(self.tally.auroc_difference, better=1)

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


def _difference(found: MetricOfFew | None, *, better: int) -> ShownDifference | None:
    if found is None:
        return None
    low, high = (signed_decimal(end, DECIMALS) for end in (found.lower, found.upper))
    word = _("no difference shown")
    if found.lower > 0 or found.upper < 0:
        word = _("own estimates better") if found.value * better > 0 else _("the model better")
    interval = _("(%(lower)s to %(upper)s)") % {"lower": low, "upper": high}
    return ShownDifference(signed_decimal(found.value, DECIMALS), interval, word)


def _figure(found: MetricOfFew | None) -> ShownFigure | None:
    if found is None:
        return None
    value, lower, upper = (
        decimal(number, DECIMALS) for number in (found.value, found.lower, found.upper)
    )
    return ShownFigure(value, f"({lower}\u2013{upper})")
