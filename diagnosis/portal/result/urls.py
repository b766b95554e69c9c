"""The page of one prediction, and what one does with it."""

from django.urls import path

from diagnosis.portal.result import acts, decisions, estimates, views
from diagnosis.portal.result.further import counterfactual, similar, uncertainty

_PREDICTION = "predictions/<uuid:prediction>/"

urlpatterns = [
    path(_PREDICTION, views.prediction, name="prediction"),
    path(f"{_PREDICTION}status/", views.status, name="prediction-status"),
    path(f"{_PREDICTION}compare/", views.compare, name="prediction-compare"),
    path(f"{_PREDICTION}sheet/", views.sheet, name="prediction-sheet"),
    path(f"{_PREDICTION}print/", views.on_paper, name="prediction-print"),
    path(f"{_PREDICTION}copied/", views.copied, name="prediction-copied"),
    path(f"{_PREDICTION}decision/", decisions.decide, name="prediction-decide"),
    path(f"{_PREDICTION}cancel/", acts.cancel, name="prediction-cancel"),
    path(f"{_PREDICTION}again/", acts.again, name="prediction-again"),
    path(
        f"{_PREDICTION}wrong-patient/",
        acts.wrong_patient,
        name="prediction-wrong-patient",
    ),
    path(
        f"{_PREDICTION}wrong-patient/undo/",
        acts.wrong_patient_undo,
        name="prediction-wrong-patient-undo",
    ),
    path(f"{_PREDICTION}hand-over/", acts.hand_over, name="prediction-hand-over"),
    path(f"{_PREDICTION}dismiss/", acts.dismiss, name="prediction-dismiss"),
    path("estimates/", estimates.mine, name="estimates"),
    path(f"{_PREDICTION}estimate/", estimates.estimate, name="prediction-estimate"),
    path(f"{_PREDICTION}reach/", counterfactual.reach, name="prediction-reach"),
    path(f"{_PREDICTION}alike/", similar.alike, name="prediction-alike"),
    path(f"{_PREDICTION}sureness/", uncertainty.sureness, name="prediction-sureness"),
]
