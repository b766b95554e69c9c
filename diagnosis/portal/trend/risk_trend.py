"""A patient's risk over time, and what stands between two of its results."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from diagnosis.inference.models import Prediction
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.inference.stored.entry import converted_of
from diagnosis.portal.charts.steps import Measured, Steps, steps
from diagnosis.portal.words.headline import estimate
from diagnosis.portal.words.wording import day_time
from medportal.common.text import localized

HEIGHT = 240
SAME = 1e-9


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
        return estimate(self.prediction.headline)

    @property
    def band(self) -> str:
        answer = self.prediction.answer
        return localized(answer.band.label) if answer and answer.band else ""


@dataclass(frozen=True)
class RiskTrend:
    """All results of one service for one patient, the newest first."""

    points: tuple[Point, ...]
    picture: Steps | None


def risk_trend(results: Sequence[Prediction], chosen: Collection[Prediction]) -> RiskTrend:
    """``results`` in the order of time; those ``chosen`` are marked in the picture."""
    points = [_point(results[i - 1] if i else None, one) for i, one in enumerate(results)]
    measured = [
        Measured(
            r.index_at,
            r.headline,
            r.version.number,
            r.expires_at,
            is_chosen=r in chosen,
            bands=r.definition.bands,
        )
        for r in results
        if r.headline is not None
    ]
    return RiskTrend(tuple(points[::-1]), steps(measured, height=HEIGHT, enlarged=True))


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
    first, second = (converted_of(p.snapshot, name) for p in (before, now))
    if first is None or second is None:
        return first is not second
    return abs(float(first) - float(second)) > SAME
