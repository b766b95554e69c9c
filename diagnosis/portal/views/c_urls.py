"""Explanations that a clinician can check."""

from django.urls import path

from diagnosis.portal.views import cohort, estimates

_PREDICTION = "predictions/<uuid:prediction>/"

routes = [
    path(f"{_PREDICTION}estimate/", estimates.estimate, name="prediction-estimate"),
    path("services/<slug:slug>/cohort/", cohort.cohort, name="cohort"),
]
