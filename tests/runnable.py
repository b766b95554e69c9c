"""Services that really run: a reviewed version with its artifact, and charts that they can read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from accounts.models import Organisation, User
from diagnosis.inference import runner
from diagnosis.inference.actions import PredictionRequest, request_prediction
from diagnosis.inference.models import Explanation, Job, Prediction
from diagnosis.records.models import Observation, Patient
from diagnosis.records.models.observations import LOINC, OWN_CODES
from diagnosis.registry import actions
from diagnosis.registry.models import ModelVersion, Service
from diagnosis.registry.versions import contradictions, findings
from medportal.settings.base import ROOT
from tests.factories import (
    ObservationFactory,
    OrganisationFactory,
    clinician_at,
    data_scientist_at,
    patient_of,
    reviewer_at,
    service_data,
)

ARTIFACTS = ROOT / "medportal" / "demo" / "data" / "artifacts"

CORONARY: dict[str, tuple[str, str, float | str, str]] = {  # feature: system, code, value, unit
    "chest_pain": (OWN_CODES, "chest-pain-type", "atypical-angina", ""),
    "exercise_angina": (OWN_CODES, "exercise-angina", "no", ""),
    "systolic_bp": (LOINC, "8480-6", 132.0, "mm[Hg]"),
    "cholesterol": (LOINC, "2093-3", 240.0, "mg/dL"),
    "fasting_glucose_high": (LOINC, "1558-6", 101.0, "mg/dL"),
    "resting_ecg": (OWN_CODES, "resting-ecg", "normal", ""),
    "peak_heart_rate": (OWN_CODES, "peak-heart-rate", 150.0, "/min"),
    "st_depression": (OWN_CODES, "st-depression", 1.0, "mm"),
    "st_slope": (OWN_CODES, "st-slope", "flat", ""),
}
DIABETES: dict[str, tuple[str, str, float | str, str]] = {
    "glucose_2h": (LOINC, "1518-0", 151.0, "mg/dL"),
    "bmi": (LOINC, "39156-5", 33.1, "kg/m2"),
    "pregnancies": (LOINC, "11996-6", 2.0, "1"),
    "diastolic_bp": (LOINC, "8462-4", 76.0, "mm[Hg]"),
}
LIGHT_CHAINS: dict[str, tuple[str, str, float | str, str]] = {
    "kappa": (LOINC, "36916-5", 1.6, "mg/dL"),
    "lambda": (LOINC, "33944-0", 1.9, "mg/dL"),
}
CHOLANGITIS: dict[str, tuple[str, str, float | str, str]] = {
    "bilirubin": (LOINC, "1975-2", 1.8, "mg/dL"),
    "albumin": (LOINC, "1751-7", 3.5, "g/dL"),
    "prothrombin_time": (LOINC, "5902-2", 10.6, "s"),
    "oedema": (OWN_CODES, "oedema", "none", ""),
}
LIVER: dict[str, tuple[str, str, float | str, str]] = {
    **{name: CHOLANGITIS[name] for name in ("bilirubin", "albumin", "prothrombin_time")},
    "platelets": (LOINC, "777-3", 240.0, "10*3/uL"),
}
BREAST: dict[str, tuple[str, str, float | str, str]] = {
    "nodes": (OWN_CODES, "positive-axillary-nodes", 4.0, "1"),
    "tumour_size": (OWN_CODES, "breast-tumour-size-class", "21-50", ""),
    "postmenopausal": (OWN_CODES, "postmenopausal", "yes", ""),
    "er_positive": (OWN_CODES, "oestrogen-receptor-positive", "yes", ""),
    "pgr_positive": (OWN_CODES, "progesterone-receptor-positive", "no", ""),
    "hormone_therapy": (OWN_CODES, "hormone-therapy-given", "no", ""),
}
BODY: dict[str, tuple[str, str, float | str, str]] = {
    "height": (LOINC, "8302-2", 175.3, "cm"),
    "waist": (LOINC, "8280-0", 83.0, "cm"),
    "hip": (OWN_CODES, "hip-girth", 97.0, "cm"),
    "calf": (OWN_CODES, "calf-girth", 37.0, "cm"),
}
CHARTS = {
    "coronary-disease": CORONARY, "diabetes-onset": DIABETES, "flc-mortality": LIGHT_CHAINS,
    "pbc-prognosis": CHOLANGITIS, "breast-recurrence": BREAST,
    "pbc-stage": LIVER, "body-weight": BODY,
}  # fmt: skip


def artifact_of(slug: str) -> Path:
    return ARTIFACTS / slug


def define(organisation: Organisation, slug: str = "coronary-disease") -> Service:
    """A service of the organisation, defined by its data scientist."""
    return actions.define_service(
        actor=data_scientist_at(organisation),
        sheet=service_data(slug, "service"),
        schema=service_data(slug, "schema"),
    )


def drafted(service: Service) -> ModelVersion:
    scientist = data_scientist_at(service.organisation)
    return actions.import_version(
        actor=scientist, service=service, source=artifact_of(service.slug)
    )


def submitted(service: Service) -> ModelVersion:
    draft = drafted(service)
    assert draft.created_by is not None
    return actions.submit_version(actor=draft.created_by, version=draft)


def approved(service: Service) -> ModelVersion:
    """Approved by somebody else, each contradiction explained and each finding answered."""
    version = submitted(service)
    reviewer = reviewer_at(service.organisation)
    for finding in findings.unanswered(version):
        actions.answer_finding(
            actor=reviewer, version=version, finding=finding, words="Known and accepted."
        )
    for feature in contradictions.unexplained(version):
        note = {"en": "Selection by referral.", "zh-Hans": "转诊选择所致。"}
        version = actions.explain_contradiction(
            actor=reviewer, version=version, feature=feature, note=note
        )
    return actions.approve_version(actor=reviewer, version=version)


def running(organisation: Organisation, slug: str = "coronary-disease") -> ModelVersion:
    """A version of one of the demonstration's services, published after a review."""
    version = approved(define(organisation, slug))
    return actions.publish_version(
        actor=reviewer_at(organisation), version=version, reason="Tried and found right."
    )


def observed(
    patient: Patient, slug: str, *, without: tuple[str, ...] = (), at: datetime | None = None
) -> dict[str, Observation]:
    """The chart of a patient as the service wants it, but for what is left out."""
    when = at or timezone.now() - timedelta(hours=3)
    rows = {}
    for feature, (system, code, value, unit) in CHARTS[slug].items():
        if feature in without:
            continue
        number = value if isinstance(value, float) else None
        rows[feature] = ObservationFactory(
            patient=patient,
            system=system,
            code=code,
            label=feature,
            value_number=number,
            value_code=value if isinstance(value, str) else "",
            unit=unit,
            observed_at=when,
        )
    return rows


def charted_patient(
    *users: User, slug: str = "coronary-disease", without: tuple[str, ...] = (), **fields: Any
) -> Patient:
    """A patient of ``users`` whom the service fits."""
    patient = patient_of(*users, **fields)
    observed(patient, slug, without=without)
    return patient


@dataclass
class Ward:
    """A doctor, a patient whom a published service fits, and their hospital."""

    doctor: User
    patient: Patient
    version: ModelVersion

    @property
    def organisation(self) -> Organisation:
        assert self.doctor.organisation is not None
        return self.doctor.organisation

    @property
    def service(self) -> Service:
        return self.version.service

    def request(self, **asked: Any) -> PredictionRequest:
        wanted = {"service": self.service.slug, "patient": self.patient.pk, **asked}
        return PredictionRequest(**wanted)

    def ask(self, **asked: Any) -> Prediction:
        return request_prediction(actor=self.doctor, request=self.request(**asked))

    def run(self, **asked: Any) -> Prediction:
        """Asked and computed here and now, explanation and all, by the worker's own code."""
        prediction = self.ask(**asked)
        for explanation in runner.run_prediction(prediction.pk):
            runner.run_explanation(explanation)
        return again(prediction)


def ward(slug: str = "coronary-disease", **asked: Any) -> Ward:
    doctor = clinician_at(OrganisationFactory())
    assert doctor.organisation is not None
    patient = charted_patient(doctor, slug=slug, **asked)
    return Ward(doctor, patient, running(doctor.organisation, slug))


def again(prediction: Prediction) -> Prediction:
    """The row as it is now."""
    found: Prediction = Prediction.unscoped.select_related("service", "version").get(
        pk=prediction.pk
    )
    return found


def explanation_of(prediction: Prediction) -> Explanation:
    found: Explanation = Explanation.unscoped.of_the_run().get(prediction=prediction)
    return found


def eventually(look: Callable[[], Any], seconds: float = 30) -> Any:
    """What ``look`` finds as soon as it finds something; fails after ``seconds``."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not (found := look()):
        assert time.monotonic() < end, "It did not happen in time."
        pause.wait(0.05)
    return found


def settled(prediction: Prediction, seconds: float = 30) -> Prediction:
    """The row once some worker has settled it."""
    eventually(lambda: again(prediction).is_settled, seconds)
    return again(prediction)


def quiet() -> bool:
    """Whether no worker has anything left to do."""
    waiting = Prediction.unscoped.filter(state__in=Job.PENDING).exists()
    return not waiting and not Explanation.unscoped.filter(state__in=Job.PENDING).exists()
