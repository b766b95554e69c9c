"""Everything that the page of one prediction shows, gathered for its templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.rights import offered
from diagnosis.inference.models import Decision, Explanation, Job, OwnEstimate, Prediction
from diagnosis.inference.scoring.soundness import WORDS, fault
from diagnosis.inference.stored.warning import Caution
from diagnosis.portal.charts.arranging import Arrangement
from diagnosis.portal.frame.colleagues import colleagues
from diagnosis.portal.result.copy_text import copy_text, refusal_text
from diagnosis.portal.result.decision_form import DecisionForm
from diagnosis.portal.result.earlier import History, history
from diagnosis.portal.result.freshness import Newer, newer_data
from diagnosis.portal.result.next_measurement import NextCard, next_card
from diagnosis.portal.result.outcome_shown import Happened, what_happened
from diagnosis.portal.result.reasons.chosen_estimate import Chosen, Switches
from diagnosis.portal.result.reasons.shown import Reasons, reasons
from diagnosis.portal.result.result_number import Number, number_of
from diagnosis.portal.result.wrong_patient import WrongPatient
from diagnosis.portal.words import sentences
from diagnosis.portal.words.added_value import AddedValue, added_value, age_sex_sentence
from diagnosis.portal.words.estimate_words import ShownChoice, estimate_words, shown_choices
from diagnosis.portal.words.figures import percent
from diagnosis.portal.words.inputs_shown import ShownInput, addresses_of, shown_inputs
from diagnosis.registry.models import ModelVersion, VersionEvent
from diagnosis.results import panels
from diagnosis.results.kind import Panel
from medportal.common.text import localized

State = Job.State


@dataclass
class ResultPage:
    """One prediction as one person sees it; each part asks the database when it is wanted."""

    prediction: Prediction
    user: User
    address: str = ""
    bound_decision: DecisionForm | None = None
    arrangement: Arrangement = field(default_factory=Arrangement)
    chosen: Chosen = field(default_factory=Chosen)
    """Of which estimate the reasons stand on the page."""

    @property
    def state(self) -> str:
        return self.prediction.state

    @property
    def is_pending(self) -> bool:
        return not self.prediction.is_settled

    @property
    def is_withheld(self) -> bool:
        """The number is there, but not before this person's own estimate."""
        return self.prediction.is_withheld

    @property
    def is_done(self) -> bool:
        """Done, and to be shown."""
        return self.state == State.DONE and not self.is_withheld

    @cached_property
    def explanation(self) -> Explanation | None:
        rows = Explanation.objects.visible_to(self.user).filter(prediction=self.prediction)
        return rows.filter(estimate=self.chosen.key).first()

    @property
    def is_explaining(self) -> bool:
        """The number is there and the reasons follow."""
        return self.is_done and self.explanation is not None and not self.explanation.is_settled

    @property
    def key(self) -> str:
        """What a poll compares: unless it changes, nothing on the page moves."""
        if not self.is_done:
            return self.state
        return f"{self.state}-{self.explanation.state if self.explanation else 'none'}"

    @cached_property
    def number(self) -> Number | None:
        return number_of(self.prediction) if self.is_done else None

    @cached_property
    def shown(self) -> Mapping[str, ShownInput]:
        return shown_inputs(self.prediction, addresses_of(self.prediction, self.user))

    @property
    def stale(self) -> list[ShownInput]:
        return [one for one in self.shown.values() if one.is_stale and not one.filled_in]

    @property
    def given(self) -> list[ShownInput]:
        return [one for one in self.shown.values() if one.is_given]

    @property
    def withheld(self) -> str:
        """Which check of their own the reasons fail; they are not shown then."""
        explanation = self.explanation
        if not self.is_done or explanation is None or explanation.state != State.DONE:
            return ""
        code = fault(explanation.content, self.prediction.value_of(explanation.estimate))
        return str(WORDS[code]) if code else ""

    @cached_property
    def reasons(self) -> Reasons | None:
        explanation = self.explanation
        if not self.is_done or explanation is None or explanation.state != State.DONE:
            return None
        return reasons(self.prediction, explanation, self.shown, self.arrangement)

    @property
    def switches(self) -> Switches:
        return Switches(self.prediction, self.chosen, self.arrangement)

    @cached_property
    def added(self) -> AddedValue:
        return added_value(self.prediction.version, self.prediction)

    @cached_property
    def age_sex(self) -> str:
        return age_sex_sentence(self.prediction)

    @cached_property
    def next(self) -> NextCard | None:
        return next_card(self.prediction, may_run=self.may_run)

    @cached_property
    def newer(self) -> list[Newer]:
        return newer_data(self.prediction)

    @cached_property
    def history(self) -> History:
        return history(self.user, self.prediction)

    @cached_property
    def decisions(self) -> list[Decision]:
        """The newest first; the others are what it amends."""
        rows = Decision.objects.visible_to(self.user).filter(prediction=self.prediction)
        return list(rows.select_related("decided_by").order_by("-decided_at"))

    @property
    def decision(self) -> Decision | None:
        return self.decisions[0] if self.decisions else None

    def action_label(self, code: str) -> str:
        return localized(self.prediction.definition.action_label(code))

    @cached_property
    def decided(self) -> list[dict[str, Any]]:
        return [
            {
                "decision": row,
                "action": row.action_text or self.action_label(row.action),
                "usual": self.action_label(row.usual_action) if row.usual_action else "",
                "own": "" if row.own_estimate is None else percent(row.own_estimate),
            }
            for row in self.decisions
        ]

    @cached_property
    def own_estimate(self) -> str:
        """What this reader said before the number was shown."""
        if not (self.prediction.asks_estimate or self.prediction.service.ask_own_estimate):
            return ""
        rows = OwnEstimate.objects.visible_to(self.user).filter(prediction=self.prediction)
        given = rows.first()
        return estimate_words(given) if given and not given.is_skipped else ""

    @property
    def estimate_choices(self) -> list[ShownChoice]:
        return shown_choices(self.prediction.definition)

    @property
    def may_decide(self) -> bool:
        """Also on a refused run: the patient still needs a decision."""
        decidable = self.is_done or self.state == State.REFUSED
        return (
            decidable and not self.prediction.is_what_if and offered(self.user, "decision.record")
        )

    @property
    def may_run(self) -> bool:
        asks = offered(self.user, "prediction.request")
        return asks and self.prediction.patient_id is not None

    @property
    def may_mark_wrong(self) -> bool:
        settled = self.prediction.is_settled and self.state != State.ENTERED_IN_ERROR
        marks = offered(self.user, "prediction.wrong-patient")
        return marks and settled and self.prediction.patient_id is not None

    @cached_property
    def wrong(self) -> WrongPatient:
        return WrongPatient(self.prediction, self.user)

    @property
    def has_sheet(self) -> bool:
        """Not for every service, and never for a number that no longer holds."""
        prediction = self.prediction
        usable = self.is_done and not prediction.is_what_if and not prediction.is_expired
        opens = offered(self.user, "prediction.sheet")
        stated = prediction.service.patient_sheet and prediction.offers(Panel.PATIENT_SHEET)
        return usable and stated and opens

    @cached_property
    def colleagues(self) -> list[User]:
        open_one = self.is_done and self.prediction.decided_at is None
        if not (self.may_decide and open_one):
            return []
        return colleagues(self.prediction, self.user)

    @cached_property
    def decision_form(self) -> DecisionForm:
        return self.bound_decision or DecisionForm(prediction=self.prediction)

    @property
    def seen_decision(self) -> str:
        """What the form says that its reader has seen, also after an error."""
        return str(self.decision.pk) if self.decision else ""

    @property
    def offers(self) -> frozenset[Panel]:
        """What can be asked beyond the number; what the kind has not is not there."""
        return panels(self.prediction.definition, self.prediction.sheet.features)

    @property
    def is_unread(self) -> bool:
        """Shown to somebody who does not decide, before anybody did."""
        return self.is_done and not offered(self.user, "decision.record") and not self.decision

    @cached_property
    def outcome(self) -> Happened | None:
        return what_happened(self.user, self.prediction)

    @cached_property
    def stop(self) -> VersionEvent | None:
        """The stop of this result's version, with its reason."""
        version = self.prediction.version
        if version.state not in (ModelVersion.State.STOPPED, ModelVersion.State.RECALLED):
            return None
        return VersionEvent.objects.filter(version=version, to_state=version.state).last()

    @cached_property
    def newer_version(self) -> ModelVersion | None:
        """The version that answers now, where it is another one."""
        version = self.prediction.version
        if version.state == ModelVersion.State.PUBLISHED:
            return None
        rows = ModelVersion.objects.published().filter(service=version.service_id)
        return rows.defer("manifest").first()

    @cached_property
    def copy_text(self) -> str:
        shown = self.shown.values()
        if self.state == State.REFUSED:
            return refusal_text(self.prediction, shown, self.decision, self.address)
        if self.number is None:
            return ""
        return copy_text(
            self.prediction, self.number, shown, self.reasons, self.decision, self.address
        )

    @property
    def warnings(self) -> list[Caution]:
        """What else warns: note, inputs and rules that always hold have places of their own."""
        apart = ("population_note", "inputs_filled_in", "stale_inputs_used")
        found = self.prediction.cautions
        return [one for one in found if one.code not in apart and not one.is_standing]

    @property
    def not_a_cause(self) -> str:
        return sentences.not_a_cause(self.prediction.definition)

    @property
    def demonstration_line(self) -> str:
        return sentences.say("demonstration")

    @property
    def reference(self) -> str:
        """What somebody reads out at the telephone."""
        return str(self.prediction.pk).split("-", maxsplit=1)[0]

    @property
    def age(self) -> int:
        return (timezone.now() - self.prediction.index_at).days

    @property
    def status_address(self) -> str:
        return reverse("portal:prediction-status", args=[self.prediction.pk])
