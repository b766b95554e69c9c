"""The status page."""

from django.urls import path

from medportal.operations import views

app_name = "operations"
urlpatterns = [path("status/", views.status, name="status")]
