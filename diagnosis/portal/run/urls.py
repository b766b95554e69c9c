"""The run form."""

from django.urls import path

from diagnosis.portal.run import views

_PATIENT = "patients/<uuid:patient>/"

urlpatterns = [
    path(f"{_PATIENT}services/<slug:slug>/", views.run, name="run"),
]
