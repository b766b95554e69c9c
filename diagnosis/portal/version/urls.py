"""Model versions and what waits for review."""

from django.urls import path

from diagnosis.portal.version import reviews, views

_VERSION = "versions/<uuid:version>/"

urlpatterns = [
    path(_VERSION, views.version, name="version"),
    path(f"{_VERSION}submit/", views.submit, name="version-submit"),
    path(f"{_VERSION}explain/", views.explain, name="version-explain"),
    path(f"{_VERSION}answer/", views.answer, name="version-answer"),
    path(f"{_VERSION}approve/", views.approve, name="version-approve"),
    path(f"{_VERSION}reject/", views.reject, name="version-reject"),
    path(f"{_VERSION}publish/", views.publish, name="version-publish"),
    path(f"{_VERSION}resume/", views.resume, name="version-resume"),
    path("reviews/", reviews.reviews, name="reviews"),
]
