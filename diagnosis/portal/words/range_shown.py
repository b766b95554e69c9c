"""The range picture of one value, and the same in words: usual, typical of the model, critical."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnosis.inference.snapshot.standing import (
    ABOVE,
    BELOW,
    Range,
    Typical,
    against_typical,
    against_usual,
    standing_words,
)
from diagnosis.portal.charts.ranges import RangePicture, range_picture
from diagnosis.records import codes
from diagnosis.records.results import critical_word
from medportal.common import signs


def range_words(low: float | None, high: float | None, decimals: int, unit: str = "") -> str:
    """«3.5–5.1 mmol/L», «≤ 5», «≥ 95 %»."""
    first, last = (_limit(limit, decimals) for limit in (low, high))
    after = f"{signs.before_unit(unit)}{unit}" if unit else ""
    if first and last:
        return f"{first}\u2013{last}{after}"
    if first or last:
        return f"{'≥' if first else '≤'}\u00a0{first or last}{after}"
    return ""


def _limit(limit: float | None, decimals: int) -> str:
    if limit is None:
        return ""
    return codes.plain_number(round(limit, decimals)).replace("-", "\N{MINUS SIGN}")


@dataclass(frozen=True)
class ShownRange:
    """One value against what it is compared with, everything in the unit in which it is shown."""

    name: str
    """An id on the page."""
    label: str
    text: str
    """The value with its unit, as it stands beside the picture."""
    value: float
    usual: Range = (None, None)
    typical: Typical | None = None
    critical: str = ""
    """``H`` or ``L`` where the value is one that must not wait."""
    decimals: int = 0
    unit: str = ""

    @property
    def picture(self) -> RangePicture | None:
        return range_picture(self.value, self.usual, self.typical)

    @property
    def side(self) -> str:
        return against_usual(self.value, self.usual)

    @property
    def typical_side(self) -> str:
        return against_typical(self.value, self.typical)

    @property
    def mark(self) -> str:
        """``H``, ``L`` or nothing: the shape of the mark."""
        return self.critical or {ABOVE: "H", BELOW: "L"}.get(self.side, "")

    @property
    def words(self) -> str:
        return standing_words(self.side, self.typical_side)

    @property
    def critical_words(self) -> str:
        return critical_word(self.critical)

    @property
    def usual_text(self) -> str:
        return range_words(*self.usual, self.decimals, self.unit)

    @property
    def usual_figures(self) -> str:
        """The same where what follows says the unit."""
        return range_words(*self.usual, self.decimals, "" if self.typical else self.unit)

    @property
    def typical_text(self) -> str:
        if self.typical is None:
            return ""
        return range_words(self.typical[0], self.typical[2], self.decimals, self.unit)

    @property
    def sentence(self) -> str:
        """The picture for whoever does not see it."""
        standing = self.critical_words or self.words
        said = [
            signs.colon().join(part for part in (f"{self.label} {self.text}", standing) if part)
        ]
        if self.usual_text:
            said.append(_("Usual: %(range)s") % {"range": self.usual_text})
        if self.typical is not None:
            median = _limit(self.typical[1], self.decimals)
            said.append(
                _("Eight of ten of this model's patients: %(range)s, middle %(median)s")
                % {"range": self.typical_text, "median": median}
            )
        return signs.blank().join(f"{part}{signs.full_stop()}" for part in said)
