"""The reasons on the scale of log-odds: folded away, for those who think in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from diagnosis.inference.stored.reasons import OnLogOdds, Share
from diagnosis.portal.charts.factors import SURE
from diagnosis.portal.result.reasons.rows import ReasonRow
from diagnosis.portal.words.figures import MINUS


@dataclass(frozen=True)
class LogOddsRow:
    label: str
    contribution: str
    error: str
    is_distinguishable: bool


@dataclass(frozen=True)
class LogOdds:
    """From the average of the log-odds to this patient's; the rows add up as the bars do."""

    base: str
    rows: tuple[LogOddsRow, ...]
    result: str


def _two(value: float) -> str:
    return f"{value:.2f}".replace("-", MINUS)


def _signed(value: float) -> str:
    return f"+{_two(value)}" if round(value, 2) > 0 else _two(value)


def _row(row: ReasonRow, given: Mapping[str, Share]) -> LogOddsRow:
    """A bar that two inputs share is the sum of both here, too."""
    names = [one.name for one in row.inputs] or [row.bar.factor.key]
    total = sum(given[name].contribution for name in names)
    error = sum(given[name].standard_error for name in names)
    return LogOddsRow(
        label=row.inputs[0].label if len(row.inputs) == 1 else row.label,
        contribution=_signed(total),
        error=f"±{SURE * error:.2f}",
        is_distinguishable=abs(total) >= SURE * error,
    )


def log_odds_of(found: OnLogOdds | None, rows: Sequence[ReasonRow]) -> LogOdds | None:
    """In the order of the picture, each input once and no group."""
    if found is None:
        return None
    base, given = found.base_value, found.contributions
    singles = [row for row in rows if row.shown or row.inputs]
    total = base + sum(one.contribution for one in given.values())
    return LogOdds(_two(base), tuple(_row(row, given) for row in singles), _two(total))
