"""Files of patients."""

from django.urls import path

from diagnosis.portal.imports import views

_IMPORT = "patients/import/<uuid:import_run>/"

urlpatterns = [
    path("patients/import/", views.imports, name="imports"),
    path("patients/import/template/", views.template, name="import-template"),
    path(_IMPORT, views.import_run, name="import"),
    path(f"{_IMPORT}status/", views.status, name="import-status"),
    path(f"{_IMPORT}refused/", views.refused, name="import-refused"),
]
