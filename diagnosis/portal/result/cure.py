"""A refusal with its cure: fields for what is missing, questions to confirm, one button."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from diagnosis.inference.before.population import PopulationReport, RuleFinding, check_population
from diagnosis.inference.before.requests import PredictionRequest
from diagnosis.inference.models import Prediction
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.inference.snapshot.standing import typical_of
from diagnosis.portal.run.form import Answers, RunForm, fields_of
from diagnosis.portal.run.input_field import InputField
from diagnosis.records.reading import feature_values
from diagnosis.registry.models import ModelVersion
from medportal.common.errors import DomainError

POINTER = "/inputs/"
BY_HAND = "given"


@dataclass
class Cure:
    """What would let a refused run go through, asked in place."""

    prediction: Prediction
    posted: QueryDict | None = None
    problem: str = ""

    def __post_init__(self) -> None:
        self.errors: dict[str, str] = {}

    @cached_property
    def version(self) -> ModelVersion | None:
        """The version that would answer; None while the service is stopped."""
        published = ModelVersion.objects.published().select_related("service")
        return published.filter(service=self.prediction.service_id).first()

    @property
    def is_open(self) -> bool:
        can_run = self.prediction.patient is not None and self.version is not None
        settled = self.prediction.dismissed_at is not None
        return can_run and not settled and bool(self.fields or self.to_confirm)

    @cached_property
    def wanted(self) -> set[str]:
        """The inputs that the refusal names."""
        refused = self.prediction.refused
        return refused.features if refused else set()

    @cached_property
    def all_fields(self) -> list[InputField]:
        patient, version = self.prediction.patient, self.version
        if patient is None or version is None:
            return []
        schema = schema_of(version)
        readings = feature_values(patient, schema, timezone.now())
        return fields_of(schema, readings, self.posted, self.errors, typical_of(version))

    @property
    def fields(self) -> list[InputField]:
        """Only what was refused, and of that only what a person can add."""
        named = [one for one in self.all_fields if one.name in self.wanted]
        return [one for one in named if not one.is_locked]

    @cached_property
    def report(self) -> PopulationReport:
        prediction = self.prediction
        return check_population(
            prediction.service, prediction.patient, prediction.snapshot, prediction.confirmations
        )

    @property
    def to_confirm(self) -> tuple[RuleFinding, ...]:
        return self.report.to_confirm

    def answers(self) -> Answers:
        """What was typed; the errors stand beside the fields afterwards."""
        answers = RunForm(self.fields, self.posted or {}).answers
        self.take_errors(answers.errors)
        return answers

    def take_errors(self, errors: Mapping[str, str]) -> None:
        self.errors.update(errors)
        self.__dict__.pop("all_fields", None)

    def take_refusal(self, error: DomainError) -> None:
        found = {
            pointer.pointer.removeprefix(POINTER): str(pointer.message)
            for pointer in error.pointers
            if pointer.pointer.startswith(POINTER)
        }
        self.take_errors(found)
        if not found:
            self.problem = str(error.message)

    def request(self, answers: Answers) -> PredictionRequest:
        """The same question with what was added; what was given by hand before stays given."""
        prediction, posted = self.prediction, self.posted or QueryDict()
        given: dict[str, Any] = {
            name: {"value": entry.value, "unit": entry.unit}
            for name, entry in prediction.snapshot.items()
            if entry.status == BY_HAND and name not in self.wanted
        }
        confirmed = {*prediction.confirmations, *posted.getlist("confirm")}
        return PredictionRequest(
            service=prediction.service.slug,
            patient=prediction.patient_id,
            inputs=given | answers.inputs,
            confirmations=tuple(sorted(confirmed)),
            origin=prediction.origin,
            include_stale=tuple(answers.include_stale),
            store_answers=not prediction.is_what_if,
            run_again_of=prediction,
        )
