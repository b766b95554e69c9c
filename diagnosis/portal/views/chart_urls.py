"""Worklist, patients, chart, observations and the run form."""

from django.urls import path

from diagnosis.portal.views import (
    chart,
    imports,
    notes,
    observations,
    patients,
    run,
    session,
    worklist,
)

_PATIENT = "patients/<uuid:patient>/"
_IMPORT = "patients/import/<uuid:import_run>/"

routes = [
    path("", worklist.worklist, name="worklist"),
    path("session/", session.session, name="session"),
    path("session/folds/", session.fold, name="folds"),
    path("patients/", patients.patients, name="patients"),
    path("patients/import/", imports.imports, name="imports"),
    path("patients/import/template/", imports.template, name="import-template"),
    path(_IMPORT, imports.import_run, name="import"),
    path(f"{_IMPORT}status/", imports.status, name="import-status"),
    path(f"{_IMPORT}refused/", imports.refused, name="import-refused"),
    path("notes/", notes.notes, name="notes"),
    path(_PATIENT, chart.chart, name="chart"),
    path(f"{_PATIENT}print/", chart.on_paper, name="chart-print"),
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
    path(f"{_PATIENT}services/<slug:slug>/", run.run, name="run"),
]
