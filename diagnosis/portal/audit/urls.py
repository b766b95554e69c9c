"""The audit trail."""

from django.urls import path

from diagnosis.portal.audit import views

urlpatterns = [
    path("audit/", views.audit, name="audit"),
]
