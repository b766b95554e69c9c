"""One line of the worklist: whose result, which service, what it says, whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rights import offered
from diagnosis.inference.before.newer import NewerValue, newer_data_for
from diagnosis.inference.lists.worklist import Before, results_before
from diagnosis.inference.models import Decision, Prediction
from diagnosis.inference.scoring.noise import Kept, is_noise
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.inference.stored.entry import read_snapshot
from diagnosis.portal.frame.colleagues import doctors_of
from diagnosis.portal.frame.identity import Identity, identities
from diagnosis.portal.frame.names_alike import names_alike
from diagnosis.portal.words.headline import difference, figures_of, said_of
from diagnosis.portal.words.wording import arrowed, points, span_words
from diagnosis.records.models import Encounter
from diagnosis.registry.models import ModelVersion
from diagnosis.registry.sheet.levels import level_of
from diagnosis.results.pictures.bands import BandScale, band_scale
from diagnosis.results.result import BandThen
from medportal.common.glossary import spoken
from medportal.common.text import localized

State = Prediction.State


@dataclass(frozen=True)
class Beside:
    """What a page of the list knows of its patients and results, asked once for all of them."""

    doctors: Mapping[UUID, list[User]]
    locations: Mapping[UUID, str]
    alike: Set[UUID]
    newer: Mapping[UUID, list[NewerValue]]
    deciders: Mapping[UUID, UUID]
    before: Mapping[UUID, Before]


@dataclass(frozen=True)
class Row:
    prediction: Prediction
    who: Identity
    viewer: User
    beside: Beside

    @property
    def colleagues(self) -> list[User]:
        """Doctors who look after the same patient: to whom the result can go in one click."""
        found = self.beside.doctors.get(self.who.patient.pk, [])
        return [doctor for doctor in found if doctor.pk != self.viewer.pk]

    @property
    def service(self) -> str:
        return self.prediction.service.short_name

    @property
    def location(self) -> str:
        return spoken(self.beside.locations.get(self.who.patient.pk, ""))

    @property
    def is_alike(self) -> bool:
        """Somebody else on this page has nearly the same name."""
        return self.who.patient.pk in self.beside.alike

    @property
    def has_newer(self) -> bool:
        """The chart holds a newer value than the result has seen."""
        return self.is_done and bool(self.beside.newer.get(self.prediction.pk))

    @property
    def is_replaced(self) -> bool:
        """Made by a version that answers no longer."""
        return self.is_done and self.prediction.version.state != ModelVersion.State.PUBLISHED

    @cached_property
    def strip(self) -> BandScale | None:
        """The small scale; without a number, or for another day, there is none."""
        estimate = self.prediction.headline
        if estimate is None or not self.risk or not self._band:
            return None
        sheet = self.prediction.definition
        return band_scale(sheet.bands, estimate, None, self.band_code, sheet.ends)

    @property
    def is_done(self) -> bool:
        return self.prediction.state == State.DONE

    @property
    def risk(self) -> str:
        return said_of(self.prediction) if self.is_done else ""

    @cached_property
    def _band(self) -> BandThen | None:
        """An expired result has none: its action was for another day."""
        answer = self.prediction.answer if self.is_done else None
        return None if answer is None or self.prediction.is_expired else answer.band

    @property
    def standing(self) -> str:
        """What holds for this patient whatever the score, also where there is none."""
        return " ".join(localized(rule.message) for rule in self.prediction.standing)

    @property
    def band_code(self) -> str:
        return self._band.code if self._band else ""

    @property
    def band(self) -> str:
        return localized(self._band.label) if self._band else ""

    @property
    def leaning(self) -> str:
        """The colour that goes with the word; never without it."""
        return level_of(self.band_code).leaning

    @property
    def change(self) -> str:
        """Since the result before, in points or its unit, where both still mean the same."""
        now = self.prediction.headline
        if self._before is None or now is None or self.is_other_version:
            return ""
        before = self._before.headline
        if before is None:
            return ""
        figures = figures_of(self.prediction)
        return arrowed(difference(figures, before, now)) if figures.unit else points(now - before)

    @property
    def _before(self) -> Before | None:
        return self.beside.before.get(self.prediction.pk)

    @property
    def is_noise(self) -> bool:
        """A change that the errors of the measurements alone could have made."""
        run, before = self.prediction, self._before
        if before is None:
            return False
        then = _kept(before.headline, before.inputs, before.effects)
        effects = run.answer.step_effects if run.answer else None
        now = _kept(run.headline, run.inputs, effects)
        if self.is_other_version or then is None or now is None:
            return False
        return is_noise(schema_of(run.version), then, now)

    @property
    def is_other_version(self) -> bool:
        """A change that the model made is none of the patient's."""
        return self._before is not None and self._before.version != self.prediction.version_id

    @property
    def at(self) -> datetime:
        return self.prediction.finished_at or self.prediction.requested_at

    @property
    def age(self) -> str:
        return span_words(timezone.now() - self.at)

    @property
    def is_new(self) -> bool:
        """Came after this person was here last."""
        last = self.viewer.previous_visit_at
        return last is not None and self.at > last

    @property
    def state_code(self) -> str:
        if self.is_done and self.prediction.is_expired:
            return "expired"
        return str(self.prediction.state)

    @property
    def is_mine(self) -> bool:
        return self.prediction.owner_id == self.viewer.pk

    @property
    def state(self) -> str:
        """Whose turn it is, in words."""
        if self.state_code == "expired" and self.prediction.decided_at is None:
            return _("expired without a decision")
        if self.is_done:
            return self._turn
        if self.prediction.state == State.REFUSED:
            if self.prediction.decided_at is not None:
                return _("refused; decided")
            refused = self.prediction.refused
            return (localized(refused.message) if refused else "") or _("refused")
        return str(self.prediction.get_state_display())

    @property
    def _turn(self) -> str:
        if self.prediction.decided_at is not None:
            decider = self.beside.deciders.get(self.prediction.pk)
            if decider == self.viewer.pk:
                return _("decided by you")
            return _("decided")
        if self.prediction.is_withheld:
            return _("awaits your own estimate")
        return _("awaits your decision") if self.is_mine else _("awaits a decision")

    @property
    def owner(self) -> str:
        return str(self.prediction.owner) if self.prediction.owner else ""

    @property
    def may_hand_over(self) -> bool:
        return _is_waiting(self.prediction)


def _kept(estimate: Any, inputs: Any, effects: Any) -> Kept | None:
    """None where one of them is not known."""
    if None in (estimate, inputs, effects):
        return None
    return Kept(estimate, read_snapshot(inputs), effects)


def rows_of(predictions: Iterable[Prediction], viewer: User) -> list[Row]:
    """The lines of one page; what stands beside them costs the same for any number."""
    listed = [p for p in predictions if p.patient]
    people: dict[UUID, Identity] = identities(p.patient for p in listed if p.patient)
    beside = _beside(listed, people, viewer)
    return [Row(p, people[p.patient_id], viewer, beside) for p in listed if p.patient_id]


def _beside(listed: list[Prediction], people: dict[UUID, Identity], viewer: User) -> Beside:
    waiting = [p.patient_id for p in listed if p.patient_id and _is_waiting(p)]
    decided = [p.pk for p in listed if p.decided_at is not None]
    return Beside(
        doctors=doctors_of(waiting) if offered(viewer, "prediction.hand-over") else {},
        locations=_locations(list(people)),
        alike=names_alike(people.values()),
        newer=newer_data_for([p for p in listed if p.state == State.DONE]),
        deciders=_deciders(decided),
        before=results_before(listed),
    )


def _locations(patients: list[UUID]) -> dict[UUID, str]:
    """Where each of those whom the viewer sees is: of the visit or stay that has not ended."""
    now = Encounter.unscoped.standing().filter(
        patient__in=patients, ended_at=None, started_at__lte=timezone.now()
    )
    return dict(now.order_by("started_at").values_list("patient_id", "location"))


def _deciders(predictions: list[UUID]) -> dict[UUID, UUID]:
    """Who decided last on each of those that the viewer sees."""
    rows = Decision.unscoped.filter(prediction__in=predictions)
    return dict(rows.order_by("decided_at").values_list("prediction_id", "decided_by_id"))


def _is_waiting(prediction: Prediction) -> bool:
    return prediction.state == State.DONE and prediction.decided_at is None
