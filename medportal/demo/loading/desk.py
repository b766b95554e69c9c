"""The demonstration doctor at work, with the same actions as the pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from diagnosis.inference import actions, runner
from diagnosis.inference.before.requests import PredictionRequest
from diagnosis.inference.models import Prediction
from diagnosis.records.models import Patient
from diagnosis.registry.models import Service
from medportal.demo.loading.people import Cast

Patients = dict[tuple[str, str], Patient]


class Desk:
    """The demonstration doctor at work, with the same actions as the pages."""

    def __init__(self, cast: Cast, services: dict[str, Service], patients: Patients) -> None:
        self.doctor = cast["doctor"]
        self.nurse = cast["nurse"]
        self.services = services
        seen = set(Patient.objects.visible_to(self.doctor).values_list("pk", flat=True))
        self.mine = {key: p for key, p in patients.items() if p.pk in seen}

    def patients_of(self, slug: str) -> Iterator[Patient]:
        return (patient for (service, _row), patient in self.mine.items() if service == slug)

    def first(self, slug: str, keys: tuple[str, ...]) -> Patient:
        """The patient of the first of these rows whom the doctor looks after."""
        return next(self.mine[slug, key] for key in keys if (slug, key) in self.mine)

    def run(self, slug: str, patient: Patient, at: datetime | None = None) -> Prediction:
        """Ask for a prediction and compute it here and now: the workers are not up yet."""
        return self._compute(self.queue(slug, patient, at))

    def _compute(self, prediction: Prediction) -> Prediction:
        for explanation_id in runner.run_prediction(prediction.pk):
            runner.run_explanation(explanation_id)
        return Prediction.unscoped.get(pk=prediction.pk)

    def again(self, prediction: Prediction) -> Prediction:
        """The same question once more, so that there are two runs to compare."""
        repeated = actions.run_again(actor=self.doctor, prediction=prediction)
        return self._compute(repeated)

    def queue(self, slug: str, patient: Patient, at: datetime | None = None) -> Prediction:
        request = PredictionRequest(
            service=slug,
            patient=patient.pk,
            origin=Prediction.Origin.DEMONSTRATION,
            confirmations=self._confirmed(slug),
            index_at=at,
        )
        return actions.request_prediction(actor=self.doctor, request=request)

    def _confirmed(self, slug: str) -> tuple[str, ...]:
        rules = self.services[slug].definition.population
        return tuple(rule.code for rule in rules if rule.asks)
