"""Patients, their charts, notes and observations."""

from django.urls import path

from diagnosis.portal.chart import notes, observations, patients, views

_PATIENT = "patients/<uuid:patient>/"

urlpatterns = [
    path("patients/", patients.patients, name="patients"),
    path("notes/", notes.notes, name="notes"),
    path(_PATIENT, views.chart, name="chart"),
    path(f"{_PATIENT}print/", views.on_paper, name="chart-print"),
    path(f"{_PATIENT}notes/", notes.of_chart, name="chart-notes"),
    path(f"{_PATIENT}observations/add/", observations.add, name="observation-add"),
    path(
        f"{_PATIENT}observations/<uuid:observation>/correct/",
        observations.correct,
        name="observation-correct",
    ),
    path(
        f"{_PATIENT}observations/<uuid:observation>/history/",
        observations.history,
        name="observation-history",
    ),
]
