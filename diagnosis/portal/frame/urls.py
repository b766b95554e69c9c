"""What pages ask on the side: how long the session lasts, which folds are open."""

from django.urls import path

from diagnosis.portal.frame import session

urlpatterns = [
    path("session/", session.session, name="session"),
    path("session/folds/", session.fold, name="folds"),
]
