"""The cohort of a service."""

from django.urls import path

from diagnosis.portal.cohort import views

urlpatterns = [
    path("services/<slug:slug>/cohort/", views.cohort, name="cohort"),
    path("services/<slug:slug>/cohort/print/", views.on_paper, name="cohort-print"),
]
