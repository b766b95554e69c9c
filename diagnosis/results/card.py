"""What the cards of several kinds write alike: a figure beside its 95 % interval."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnosis.results.figures import MINUS
from medportal.common.plain import Stored

NONE = "–"


@dataclass(frozen=True)
class Figure:
    """A number with its 95 % interval."""

    value: str
    ends: str = ""

    @property
    def in_a_line(self) -> str:
        """«0.012 (0.003 to 0.021)»."""
        return f"{self.value} ({self.ends})" if self.ends else self.value


def figure(
    found: Stored | None, decimals: int, *, signed: bool = False, signed_ends: bool = False
) -> Figure:
    """A metric as a manifest keeps it; a dash where it is not known."""
    if not found or found.get("value") is None:
        return Figure(NONE)
    value = decimal(found["value"], decimals, signed=signed)
    low, high = found.get("lower"), found.get("upper")
    if low is None or high is None:
        return Figure(value)
    ends = [decimal(end, decimals, signed=signed_ends) for end in (low, high)]
    return Figure(value, _("{low} to {high}").format(low=ends[0], high=ends[1]))


def decimal(value: float, decimals: int, *, signed: bool = False) -> str:
    near = round(value, decimals) + 0.0  # no sign before what rounds to nothing
    text = f"{near:+.{decimals}f}" if signed and near else f"{near:.{decimals}f}"
    return text.replace("-", MINUS)
