"""A patient's risk over time, and what stands between two of its results."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from diagnosis.inference.change import Change, Part
from diagnosis.inference.models import Prediction
from diagnosis.inference.snapshot import Entry, schema_of
from diagnosis.ml import Feature
from diagnosis.portal import change_words
from diagnosis.portal.change_words import in_one_sentence
from diagnosis.portal.charts.steps import Measured, Steps, steps
from diagnosis.portal.charts.waterfall import OTHER, Bar, Factor, Waterfall, waterfall
from diagnosis.portal.figures import exact_percent, percent, signed, stored_day
from diagnosis.portal.sentences import others
from diagnosis.portal.wording import day, day_time
from medportal.common.text import localized

HEIGHT = 240
VERSION = "version of the model"
SAME = 1e-9
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
class Point:
    """One result in the table and in the two lists to choose from."""

    prediction: Prediction
    version_changed: bool
    changed: tuple[str, ...]
    """Labels of the inputs that differ from the result before."""

    @property
    def when(self) -> str:
        return day_time(self.prediction.index_at)

    @property
    def percent(self) -> str:
        return percent(self.prediction.probability or 0.0)

    @property
    def band(self) -> str:
        band = (self.prediction.result or {}).get("band")
        return localized(band["label"]) if band else ""


@dataclass(frozen=True)
class ValueThen:
    """What stood there at one of the two times."""

    text: str
    when: str


@dataclass(frozen=True)
class ChangeRow:
    """One bar: what changed, from which value to which, and by how many points."""

    bar: Bar
    label: str
    before: ValueThen | None
    now: ValueThen | None

    @property
    def points(self) -> str:
        return signed(self.bar.points)

    @property
    def from_to(self) -> tuple[str, str]:
        return percent(self.bar.start), percent(self.bar.end)


@dataclass(frozen=True)
class ChangeShown:
    """The change between two results as sentence, picture and table."""

    change: Change

    @property
    def reason(self) -> str:
        return str(REASONS[self.change.reason]) if self.change.reason else ""

    @property
    def before(self) -> str:
        return percent(self.change.before.probability or 0.0)

    @property
    def now(self) -> str:
        return percent(self.change.now.probability or 0.0)

    @property
    def before_on(self) -> str:
        return day(self.change.before.index_at)

    @property
    def now_on(self) -> str:
        return day(self.change.now.index_at)

    @property
    def sentence(self) -> str:
        return "" if self.change.reason else in_one_sentence(self.change)

    @cached_property
    def picture(self) -> Waterfall | None:
        if self.change.reason:
            return None
        factors = [Factor(part.feature, part.contribution) for part in self.change.moved]
        if not self.change.same_version:
            factors.append(Factor(VERSION, self.change.of_version))
        was, ends = self.change.before.probability or 0.0, self.change.now.probability or 0.0
        return waterfall(was, factors, ends)

    @property
    def ticks(self) -> list[tuple[str, str]]:
        picture = self.picture
        return [(at, exact_percent(value)) for at, value in picture.ticks] if picture else []

    @property
    def rounding(self) -> str:
        return signed(self.picture.rounding) if self.picture and self.picture.rounding else ""

    @cached_property
    def rows(self) -> list[ChangeRow]:
        picture = self.picture
        if picture is None:
            return []
        parts = {part.feature: part for part in self.change.parts}
        return [self._row(bar, picture, parts.get(bar.factor.key)) for bar in picture.bars]

    def _row(self, bar: Bar, picture: Waterfall, part: Part | None) -> ChangeRow:
        if bar.factor.key == OTHER and picture.other:
            return ChangeRow(bar, others(picture.other.count), None, None)
        if part is None:
            versions = [str(p.version.number) for p in (self.change.before, self.change.now)]
            label = str(_("Another version of the model"))
            first, second = (ValueThen(number, "") for number in versions)
            return ChangeRow(bar, label, first, second)
        feature = schema_of(self.change.now.version)[part.feature]
        label = localized(feature.label)
        before = _then(feature, part.was, part.before)
        return ChangeRow(bar, label, before, _then(feature, part.became, part.now))

    @property
    def unchanged(self) -> list[str]:
        schema = schema_of(self.change.now.version)
        return [localized(schema[p.feature].label) for p in self.change.parts if not p.changed]


def _then(feature: Feature, value: float | None, entry: Entry) -> ValueThen:
    """In the unit of the model that was asked, so that both times can be compared."""
    if value is None:
        return ValueThen(str(_("not measured")), "")
    return ValueThen(change_words.shown(feature, value), stored_day(entry.get("observed_at")))


@dataclass(frozen=True)
class RiskTrend:
    """All results of one service for one patient, the newest first."""

    points: tuple[Point, ...]
    picture: Steps | None

    @property
    def newest(self) -> Point | None:
        return self.points[0] if self.points else None


def risk_trend(results: Sequence[Prediction], chosen: Collection[Prediction]) -> RiskTrend:
    """``results`` in the order of time; those ``chosen`` are marked in the picture."""
    points = [_point(results[i - 1] if i else None, one) for i, one in enumerate(results)]
    measured = [
        Measured(r.index_at, r.probability or 0.0, r.version.number, r.expires_at, r in chosen)
        for r in results
    ]
    bands = results[-1].service.sheet.get("bands") or () if results else ()
    return RiskTrend(tuple(points[::-1]), steps(measured, height=HEIGHT, bands=bands))


def _point(before: Prediction | None, now: Prediction) -> Point:
    if before is None:
        return Point(now, version_changed=False, changed=())
    labels = [
        localized(feature.label)
        for feature in schema_of(now.version)
        if _differs(before, now, feature.name)
    ]
    return Point(now, before.version_id != now.version_id, tuple(labels))


def _differs(before: Prediction, now: Prediction, name: str) -> bool:
    first, second = ((p.inputs.get(name) or {}).get("converted") for p in (before, now))
    if first is None or second is None:
        return first is not second
    return abs(float(first) - float(second)) > SAME
