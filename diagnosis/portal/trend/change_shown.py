"""The change between two results of one patient as sentence, picture and table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from diagnosis.inference.further.change import Change, Part
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.inference.stored.entry import Entry
from diagnosis.ml import Feature
from diagnosis.portal.charts.waterfall import OTHER, Bar, Factor, Waterfall, waterfall
from diagnosis.portal.words import change_words
from diagnosis.portal.words.figures import exact_percent, percent, signed, stored_day
from diagnosis.portal.words.headline import estimate
from diagnosis.portal.words.sentences import others
from diagnosis.portal.words.wording import day
from diagnosis.results.pictures.rounding import rounded, shared_out
from medportal.common.text import localized

VERSION = "version of the model"
REASONS = {
    "no_result": _("One of the two has no number."),
    "version_withdrawn": _(
        "The version that made the later result was withdrawn and may not be run any more, not"
        " even to compare."
    ),
    "unreadable": _("The version that made the later result cannot be read. Tell the operators."),
    "not_reproduced": _(
        "The kept inputs do not give the kept number again, so nothing is drawn. Tell the"
        " operators."
    ),
}


@dataclass(frozen=True)
class ValueThen:
    """What stood there at one of the two times."""

    text: str
    when: str


@dataclass(frozen=True)
class Line:
    """What changed, from which value to which, and by how many points."""

    label: str
    before: ValueThen | None
    now: ValueThen | None
    points: str
    within_error: bool = False


@dataclass(frozen=True)
class ChangeRow:
    """The same with its bar; ``inside`` names what a bar for several small ones holds."""

    bar: Bar
    line: Line
    inside: tuple[str, ...] = ()

    @property
    def from_to(self) -> tuple[str, str]:
        return percent(self.bar.start), percent(self.bar.end)


@dataclass(frozen=True)
class ChangeShown:
    """Everything that the page says of the change."""

    change: Change

    @property
    def reason(self) -> str:
        return str(REASONS[self.change.reason]) if self.change.reason else ""

    @property
    def before(self) -> str:
        return estimate(self.change.before.headline, self._decimals)

    @property
    def now(self) -> str:
        return estimate(self.change.now.headline, self._decimals)

    @property
    def before_on(self) -> str:
        return day(self.change.before.index_at)

    @property
    def now_on(self) -> str:
        return day(self.change.now.index_at)

    @property
    def sentence(self) -> str:
        return change_words.in_one_sentence(self.change)

    @cached_property
    def factors(self) -> list[Factor]:
        """The largest first; the version among them, where it is another."""
        if self.change.ends is None:
            return []
        found = [Factor(part.feature, part.contribution) for part in self.change.moved]
        if not self.change.same_version:
            found.append(Factor(VERSION, self.change.of_version))
        return sorted(found, key=lambda factor: -abs(factor.contribution))

    @cached_property
    def picture(self) -> Waterfall | None:
        ends = self.change.ends
        return None if ends is None else waterfall(ends.before, self.factors, ends.now)

    @property
    def ticks(self) -> list[tuple[str, str]]:
        picture = self.picture
        return [(at, exact_percent(value)) for at, value in picture.ticks] if picture else []

    @cached_property
    def rows(self) -> list[ChangeRow]:
        """The bars; small ones share the last."""
        return [self._row(bar) for bar in self.picture.bars] if self.picture else []

    def _row(self, bar: Bar) -> ChangeRow:
        if bar.factor.key != OTHER:
            points = signed(bar.points, bar.decimals)
            return ChangeRow(bar, replace(self._line(bar.factor), points=points))
        inside = tuple(self._line(factor).label for factor in bar.factor.inner)
        return ChangeRow(
            bar, Line(others(len(inside)), None, None, signed(bar.points, bar.decimals)), inside
        )

    @property
    def lines(self) -> list[Line]:
        """Every one of them by itself, for the table."""
        return [self._line(factor) for factor in self.factors]

    @property
    def _decimals(self) -> int:
        return self.picture.decimals if self.picture else 0

    @cached_property
    def _points(self) -> dict[str, str]:
        """Line by line, adding up to the difference of the two printed results."""
        ends, decimals = self.change.ends, self._decimals
        if ends is None:
            return {}
        parts = [factor.contribution for factor in self.factors]
        total = rounded(ends.now, decimals) - rounded(ends.before, decimals)
        printed = shared_out(parts, total, decimals)
        return {
            factor.key: signed(points, decimals)
            for factor, points in zip(self.factors, printed, strict=True)
        }

    @cached_property
    def _parts(self) -> dict[str, Part]:
        return {part.feature: part for part in self.change.parts}

    def _line(self, factor: Factor) -> Line:
        points = self._points[factor.key]
        if factor.key == VERSION:
            numbers = [str(p.version.number) for p in (self.change.before, self.change.now)]
            first, second = (ValueThen(number, "") for number in numbers)
            return Line(str(_("Another version of the model")), first, second, points)
        part = self._parts[factor.key]
        feature = schema_of(self.change.now.version)[part.feature]
        first, second = _then(feature, part.was, part.before), _then(feature, part.became, part.now)
        return Line(localized(feature.label), first, second, points, part.within_error)

    @property
    def unchanged(self) -> list[str]:
        schema = schema_of(self.change.now.version)
        return [localized(schema[p.feature].label) for p in self.change.parts if not p.changed]


def _then(feature: Feature, value: float | None, entry: Entry) -> ValueThen:
    """In the unit of the model that was asked, so that both times can be compared."""
    if value is None:
        return ValueThen(str(_("not measured")), "")
    return ValueThen(change_words.shown(feature, value), stored_day(entry.observed_at))
