"""Results, decisions, services, versions and reviews."""

from django.urls import path

from diagnosis.portal.views import (
    decisions,
    predictions,
    result_acts,
    reviews,
    services,
    versions,
)

_PREDICTION = "predictions/<uuid:prediction>/"
_VERSION = "versions/<uuid:version>/"

routes = [
    path(_PREDICTION, predictions.prediction, name="prediction"),
    path(f"{_PREDICTION}status/", predictions.status, name="prediction-status"),
    path(f"{_PREDICTION}compare/", predictions.compare, name="prediction-compare"),
    path(f"{_PREDICTION}sheet/", predictions.sheet, name="prediction-sheet"),
    path(f"{_PREDICTION}print/", predictions.on_paper, name="prediction-print"),
    path(f"{_PREDICTION}copied/", predictions.copied, name="prediction-copied"),
    path(f"{_PREDICTION}decision/", decisions.decide, name="prediction-decide"),
    path(f"{_PREDICTION}cancel/", result_acts.cancel, name="prediction-cancel"),
    path(f"{_PREDICTION}again/", result_acts.again, name="prediction-again"),
    path(
        f"{_PREDICTION}wrong-patient/",
        result_acts.wrong_patient,
        name="prediction-wrong-patient",
    ),
    path(
        f"{_PREDICTION}wrong-patient/undo/",
        result_acts.wrong_patient_undo,
        name="prediction-wrong-patient-undo",
    ),
    path(f"{_PREDICTION}hand-over/", result_acts.hand_over, name="prediction-hand-over"),
    path(f"{_PREDICTION}dismiss/", result_acts.dismiss, name="prediction-dismiss"),
    path("services/", services.services, name="services"),
    path("services/<slug:slug>/", services.service, name="service"),
    path("services/<slug:slug>/stop/", services.stop, name="service-stop"),
    path(_VERSION, versions.version, name="version"),
    path(f"{_VERSION}submit/", versions.submit, name="version-submit"),
    path(f"{_VERSION}explain/", versions.explain, name="version-explain"),
    path(f"{_VERSION}answer/", versions.answer, name="version-answer"),
    path(f"{_VERSION}approve/", versions.approve, name="version-approve"),
    path(f"{_VERSION}reject/", versions.reject, name="version-reject"),
    path(f"{_VERSION}publish/", versions.publish, name="version-publish"),
    path(f"{_VERSION}resume/", versions.resume, name="version-resume"),
    path("reviews/", reviews.reviews, name="reviews"),
]
