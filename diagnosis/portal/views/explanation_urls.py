"""Explanations that a clinician can check."""

from django.urls import path

from diagnosis.portal.views import alike, cohort, estimates, reach, sureness, trends, tryout, ward

_WARD = "services/<slug:slug>/ward/"
_PREDICTION = "predictions/<uuid:prediction>/"
_TREND = "patients/<uuid:patient>/services/<slug:slug>/trend/"

routes = [
    path(_WARD, ward.ward, name="ward"),
    path(f"{_WARD}begin/", ward.begin, name="ward-begin"),
    path(f"{_WARD}answer/", ward.answer, name="ward-answer"),
    path(f"{_WARD}certificate/", ward.certificate, name="ward-certificate"),
    path("estimates/", estimates.mine, name="estimates"),
    path(f"{_PREDICTION}estimate/", estimates.estimate, name="prediction-estimate"),
    path(f"{_PREDICTION}try/", tryout.try_out, name="prediction-try"),
    path("services/<slug:slug>/cohort/", cohort.cohort, name="cohort"),
    path(f"{_PREDICTION}reach/", reach.reach, name="prediction-reach"),
    path(f"{_PREDICTION}alike/", alike.alike, name="prediction-alike"),
    path(f"{_PREDICTION}sureness/", sureness.sureness, name="prediction-sureness"),
    path(_TREND, trends.trend, name="trend"),
    path(f"{_TREND}print/", trends.on_paper, name="trend-print"),
    path("services/<slug:slug>/cohort/print/", cohort.on_paper, name="cohort-print"),
]
