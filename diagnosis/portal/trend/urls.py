"""A patient's risk over time."""

from django.urls import path

from diagnosis.portal.trend import views

_TREND = "patients/<uuid:patient>/services/<slug:slug>/trend/"

urlpatterns = [
    path(_TREND, views.trend, name="trend"),
    path(f"{_TREND}print/", views.on_paper, name="trend-print"),
]
