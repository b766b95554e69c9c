"""Usage, and handing over."""

from django.urls import path

from diagnosis.portal.office import leaving, usage

urlpatterns = [
    path("people/<uuid:user>/hand-over/", leaving.hand_over, name="leaver"),
    path("usage/", usage.usage, name="usage"),
    path("usage/export/", usage.export, name="usage-export"),
]
