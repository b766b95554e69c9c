"""The start page."""

from django.urls import path

from diagnosis.portal.worklist import views

urlpatterns = [
    path("", views.worklist, name="worklist"),
]
