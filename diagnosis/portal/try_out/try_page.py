"""The page of a try-out: its fields, what came out, and how it differs from the stored result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from diagnosis.inference.further import what_if, what_if_quota
from diagnosis.inference.further.threshold_crossings import Crossing, crossings
from diagnosis.inference.further.what_if import Tried
from diagnosis.inference.models import Prediction
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.inference.snapshot.standing import typical_of
from diagnosis.inference.stored.entry import Snapshot
from diagnosis.inference.stored.refusal import Ground
from diagnosis.inference.stored.warning import Caution
from diagnosis.ml import Artifact
from diagnosis.portal.result.reasons.shown import Reasons, reasons
from diagnosis.portal.result.result_number import Number, number_of
from diagnosis.portal.run.form import grouped
from diagnosis.portal.try_out.try_difference import (
    Moved,
    Together,
    as_printed,
    moved_inputs,
    sentence,
    together,
)
from diagnosis.portal.try_out.try_form import TryField, TryForm
from diagnosis.portal.try_out.try_marks import marks
from diagnosis.portal.words import sentences
from diagnosis.portal.words.figures import percent
from diagnosis.portal.words.inputs_shown import ShownInput, shown_inputs
from medportal.common import signs

LONGEST_NAME = 40


def _word(text: str) -> str:
    """What may be part of a key of the cache."""
    return text if text.isalnum() and text.isascii() and len(text) <= LONGEST_NAME else ""


class TryPage:
    """One position of the hand; everything is computed when it is first wanted."""

    def __init__(
        self,
        prediction: Prediction,
        user: User,
        artifact: Artifact,
        posted: Mapping[str, str] | None = None,
        *,
        doubts: bool = False,
    ) -> None:
        self.prediction, self.user, self.artifact = prediction, user, artifact
        sent = posted or {}
        self.name = _word(sent.get("page", ""))
        turn = sent.get("turn", "")
        self.turn = int(turn) if turn.isdecimal() and len(turn) < 10 else 0
        self.doubts = doubts
        self.form = TryForm(
            schema_of(prediction.version),
            prediction.snapshot,
            what_if.modifiable(prediction),
            doubts,
            artifact,
            typical_of(prediction.version),
            posted,
        )

    @cached_property
    def fields(self) -> list[TryField]:
        return [self._marked(one) for one in self.form.fields]

    def _marked(self, one: TryField) -> TryField:
        if one.is_locked or one.scale is None:
            return one
        before, found = one.entry.converted, self._crossings.get(one.name, [])
        return replace(one, marks=marks(one.scale, found, before, one.usual_values))

    @cached_property
    def _crossings(self) -> dict[str, list[Crossing]]:
        """None where nothing is scored: no band to cross into."""
        if self.tried is None or self.tried.grounds:
            return {}
        sheet = self.prediction.definition
        reaches = {one.name: one.reach for one in self.form.fields if one.can_slide}
        return crossings(self.artifact, sheet, self.inputs, reaches)

    @property
    def open_fields(self) -> list[TryField]:
        return [one for one in self.fields if not one.is_locked]

    @property
    def groups(self) -> Any:
        return grouped(self.open_fields)

    @property
    def locked(self) -> list[TryField]:
        return [one for one in self.fields if one.is_locked]

    @property
    def has_findings(self) -> bool:
        """Locked, but not for ever: whoever doubts them may try them."""
        return any(one.why != "personal" for one in self.locked)

    @property
    def has_errors(self) -> bool:
        return bool(self.form.errors)

    @cached_property
    def inputs(self) -> Snapshot:
        return what_if.changed(self.prediction, self.form.given)

    @cached_property
    def tried(self) -> Tried | None:
        """None where a field cannot be read, or where a newer position came meanwhile."""
        if self.has_errors:
            return None
        what_if_quota.came(self.user, self.name, self.turn)
        if self._is_overtaken():
            return None
        return what_if.attempt(self.prediction, self.artifact, self.inputs, self._is_overtaken)

    def _is_overtaken(self) -> bool:
        return what_if_quota.is_overtaken(self.user, self.name, self.turn)

    @property
    def is_overtaken(self) -> bool:
        return not self.has_errors and self.tried is None

    @property
    def grounds(self) -> Sequence[Ground]:
        return self.tried.grounds if self.tried else ()

    @cached_property
    def number(self) -> Number | None:
        return number_of(self.tried.run) if self.tried else None

    @cached_property
    def shown(self) -> Mapping[str, ShownInput]:
        return shown_inputs(self.tried.run) if self.tried else {}

    @cached_property
    def reasons(self) -> Reasons | None:
        tried = self.tried
        if tried is None or tried.explanation is None:
            return None
        return reasons(tried.run, tried.explanation, self.shown)

    @property
    def warnings(self) -> list[Caution]:
        """What else to say of these values; the population's note stands on top."""
        found = self.tried.run.cautions if self.tried else []
        return [one for one in found if one.code != "population_note" and not one.is_standing]

    @property
    def standing(self) -> list[Caution]:
        """Rules that hold for these values whatever the score, and where it would be refused."""
        return self.tried.run.standing if self.tried else []

    @property
    def not_a_cause(self) -> str:
        return sentences.not_a_cause(self.prediction.definition)

    @property
    def stored(self) -> str:
        before = self.prediction.headline
        return "" if before is None else percent(before)

    @cached_property
    def moved(self) -> list[Moved]:
        tried = self.tried
        if tried is None:
            return []
        before = shown_inputs(self.prediction)
        names = [name for name in before if name in self.form.given]
        shares = as_printed(tried.shares, names, self.prediction.headline, self._now)
        return moved_inputs(names, before, self.shown, shares)

    @property
    def _now(self) -> float | None:
        return self.tried.run.headline if self.tried else None

    @property
    def together(self) -> Together | None:
        return together(self.prediction.headline, self._now, self.moved)

    @property
    def difference(self) -> str:
        before, now = self.prediction.headline, self._now
        return "" if now is None else sentence(before, now, self.moved)

    @property
    def says(self) -> str:
        """One sentence for those who listen, when the hand rests."""
        if self.has_errors:
            return _("Not computed: a field cannot be read.")
        if self.number is None:
            return _("No number with these values: see the reason.")
        band = signs.aside(self.number.band.label) if self.number.band else ""
        return f"{self.number.said}{band}{signs.full_stop()}{signs.blank()}{self.difference}"
