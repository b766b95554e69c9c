"""The panel «What to measure next»: in how many of ten cases it would change the band."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diagnosis.inference.models import Prediction
from diagnosis.inference.scoring.next_measurement import AGAIN, MISSING, OLD
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.inference.stored.entry import NOTHING
from diagnosis.portal.frame.services_panel import own_source
from diagnosis.portal.result import next_words
from diagnosis.portal.words.figures import stored_day
from diagnosis.portal.words.headline import figures_of
from diagnosis.results.figures import PERCENT, Figures
from diagnosis.results.pictures.rounding import whole
from medportal.common.text import localized

CASES = 10
DOT = 11
WHY: dict[str, str | Promise] = {
    MISSING: _("not measured"),
    OLD: _("too old"),
    AGAIN: _("close to a limit"),
}
State = Prediction.State


def of_ten(share: float) -> int:
    return int(share * CASES + 0.5)


@dataclass(frozen=True)
class NextInput:
    """One input that could be measured, and what that would change."""

    stored: Mapping[str, Any]
    measured_on: str
    address: str
    """Where this reader adds it; nothing where they cannot."""
    figures: Figures = PERCENT

    @property
    def name(self) -> str:
        return str(self.stored["feature"])

    @property
    def label(self) -> str:
        return localized(self.stored["label"])

    @property
    def burden(self) -> str:
        return localized(self.stored.get("burden"))

    @property
    def why(self) -> str:
        return str(WHY[self.stored["reason"]])

    @property
    def is_again(self) -> bool:
        return bool(self.stored["reason"] != MISSING)

    @property
    def has_bands(self) -> bool:
        return self.stored["changes"] is not None

    @property
    def cases(self) -> int | None:
        """Of ten; None for a service without bands."""
        return of_ten(self.stored["changes"]) if self.has_bands else None

    @property
    def dots(self) -> list[tuple[int, bool]]:
        """Where each of the ten stands, and whether it is filled."""
        cases = self.cases
        if cases is None:
            return []
        return [(DOT * number + 1, number < cases) for number in range(CASES)]

    @property
    def likely(self) -> str:
        """Between how many of ten the true count lies; nothing where nobody was asked."""
        if not self.stored["interval"]:
            return ""
        low, high = self.stored["interval"]
        first, last = of_ten(low), of_ten(high)
        return "" if first == last else f"{first}\u2013{last}"

    @property
    def limit(self) -> str:
        limit = self.stored.get("limit")
        return "" if limit is None else self.figures.exact(limit)

    @property
    def reach(self) -> str:
        return self.figures.span(self.stored["lower"], self.stored["upper"])

    @property
    def points(self) -> int:
        """In the smallest steps that are shown; of a probability in points."""
        return whole(self.stored["expected_change"] / self.figures.grain)

    @property
    def size(self) -> str:
        """The same with its unit; bare points of a probability."""
        return self.figures.sized(self.points)


@dataclass(frozen=True)
class NextCard:
    """What the page says of further measurements."""

    prediction: Prediction
    stored: Mapping[str, Any]
    may_run: bool

    @cached_property
    def items(self) -> list[NextInput]:
        figures = figures_of(self.prediction)
        return [
            NextInput(stored, self._day(stored), self._address(str(stored["feature"])), figures)
            for stored in self.stored.get("items") or ()
        ]

    def _day(self, stored: Mapping[str, Any]) -> str:
        entry = self.prediction.snapshot.get(stored["feature"], NOTHING)
        return "" if stored["reason"] == MISSING else stored_day(entry.observed_at)

    def _address(self, name: str) -> str:
        """The field below a refusal, the run form; for a nurse the chart's own form."""
        prediction = self.prediction
        if prediction.patient_id is None:
            return ""
        if not self.may_run:
            source = own_source(schema_of(prediction.version)[name])
            add = reverse("portal:observation-add", args=[prediction.patient_id])
            return f"{add}?code={source.code}" if source else ""
        if name in self._asked_below:
            return f"#value_{name}"
        run = reverse("portal:run", args=[prediction.patient_id, prediction.service.slug])
        return f"{run}#value_{name}"

    @cached_property
    def _asked_below(self) -> set[str]:
        """The inputs that the refusal's own form has fields for."""
        refused = self.prediction.refused
        if refused is None or self.prediction.dismissed_at is not None:
            return set()
        return refused.features

    @property
    def can_add(self) -> bool:
        return any(item.address for item in self.items)

    @property
    def has_bands(self) -> bool:
        return bool(self.prediction.definition.bands)

    @property
    def is_refused(self) -> bool:
        return self.prediction.state == State.REFUSED

    @property
    def would_stand(self) -> str:
        """Where most of the plausible values lead, for a run that has no number."""
        band = self.stored.get("band")
        if not (self.is_refused and band):
            return ""
        shares = {one["band"]: one["share"] for one in self.stored["bands"]}
        return next_words.would_stand(localized(band["label"]), of_ten(shares[band["code"]]))

    @property
    def sentence(self) -> str:
        return next_words.in_one_sentence(self.items, has_bands=self.has_bands)

    @property
    def nothing_left(self) -> bool:
        """Every input is measured and recent: what is open comes from the model."""
        return not self.items

    @property
    def reference(self) -> str:
        """How many patients the plausible values are from, and what they are worth."""
        worth = [i.stored["effective_rows"] for i in self.items if i.stored["effective_rows"]]
        if not worth:
            return ""
        return next_words.from_patients(self.stored["reference_rows"], round(min(worth)))


def next_card(prediction: Prediction, *, may_run: bool) -> NextCard | None:
    """The panel of a refused, borderline or wide result, or one with filled-in or old inputs."""
    if prediction.is_what_if or prediction.is_expired:
        return None
    kept = prediction.refused if prediction.state == State.REFUSED else prediction.answer
    stored = kept.next_measurement if kept else None
    if stored is None or prediction.state not in (State.REFUSED, State.DONE):
        return None
    if not stored.get("items") and not is_wide(prediction):
        return None
    if _is_open(prediction):
        return None
    return NextCard(prediction, stored, may_run)


def _is_open(prediction: Prediction) -> bool:
    """The inputs do not tell, and there is no band that a measurement could change."""
    kind, answer = prediction.kind, prediction.answer
    return kind is not None and answer is not None and kind.leaves_open(answer)


def is_wide(prediction: Prediction) -> bool:
    """The interval reaches into another band."""
    headline = prediction.answer.headline if prediction.answer else None
    interval = headline.interval if headline else None
    if not interval or not prediction.band:
        return False
    sheet = prediction.definition
    return sheet.number_of(interval[0]) != sheet.number_of(interval[1])
