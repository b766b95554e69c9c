"""The try-out."""

from django.urls import path

from diagnosis.portal.try_out import views

_PREDICTION = "predictions/<uuid:prediction>/"

urlpatterns = [
    path(f"{_PREDICTION}try/", views.try_out, name="prediction-try"),
]
