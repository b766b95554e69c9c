"""Services and their training wards."""

from django.urls import path

from diagnosis.portal.service import views, ward

_WARD = "services/<slug:slug>/ward/"

urlpatterns = [
    path("services/", views.services, name="services"),
    path("services/<slug:slug>/", views.service, name="service"),
    path("services/<slug:slug>/stop/", views.stop, name="service-stop"),
    path(_WARD, ward.ward, name="ward"),
    path(f"{_WARD}begin/", ward.begin, name="ward-begin"),
    path(f"{_WARD}answer/", ward.answer, name="ward-answer"),
    path(f"{_WARD}certificate/", ward.certificate, name="ward-certificate"),
]
