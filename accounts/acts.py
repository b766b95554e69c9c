"""What an act is called when a person reads the audit trail."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LABELS: dict[str, str | Promise] = {
    "login": _("signed in"),
    "login.failed": _("failed to sign in"),
    "logout": _("signed out"),
    "password.change": _("changed their own password"),
    "password.reset": _("gave out a one-time password"),
    "sessions.end": _("ended their other sessions"),
    "patient.search": _("searched for patients"),
    "patient.list": _("listed patients"),
    "patient.read": _("opened a chart"),
    "patient.create": _("entered a patient"),
    "patient.change": _("changed a patient's details"),
    "chart.change": _("changed a chart"),
    "services.list": _("asked which services fit"),
    "observation.read": _("read observations"),
    "observation.record": _("recorded an observation"),
    "observation.correct": _("corrected an observation"),
    "prediction.request": _("asked for a prediction"),
    "prediction.read": _("read a prediction"),
    "prediction.list": _("listed predictions"),
    "prediction.run": _("computed a prediction"),
    "prediction.explain": _("explained a prediction"),
    "prediction.refused": _("refused a prediction"),
    "prediction.cancel": _("cancelled a prediction"),
    "prediction.again": _("ran a prediction again"),
    "prediction.compare": _("compared two runs of a prediction"),
    "prediction.wrong-patient": _("marked a prediction as of the wrong patient"),
    "prediction.hand-over": _("handed a prediction over"),
    "prediction.dismiss": _("put a refusal aside"),
    "prediction.copy": _("copied a result as text"),
    "prediction.print": _("printed a result"),
    "prediction.sheet": _("opened the sheet for the patient"),
    "decision.record": _("recorded a decision"),
    "decision.amend": _("amended a decision"),
    "decision.read": _("read a decision"),
    "outcome.record": _("recorded an outcome"),
    "outcome.read": _("read an outcome"),
    "version.submit": _("submitted a model version"),
    "version.approve": _("approved a model version"),
    "version.reject": _("rejected a model version"),
    "version.publish": _("published a model version"),
    "version.stop": _("stopped a model version"),
    "version.resume": _("resumed a model version"),
    "version.retire": _("retired a model version"),
    "version.explain": _("explained a model's direction"),
    "version.import": _("brought in a model version"),
    "service.define": _("defined a service"),
    "worklist.read": _("opened the worklist"),
    "audit.search": _("searched the audit trail"),
    "token.issue": _("issued an API token"),
    "token.revoke": _("revoked an API token"),
    "token.refused": _("came with an API token that does not hold"),
    "organisation.create": _("created an organisation"),
    "organisation.change": _("changed an organisation"),
    "user.create": _("created a user"),
    "user.change": _("changed a user"),
    "team.create": _("created a care team"),
    "team.change": _("changed a care team"),
    "chart.export": _("exported a chart"),
    "demo.load": _("loaded the demonstration"),
    "demo.advance": _("moved the demonstration's dates on"),
    "request": _("asked for a page"),
}

OPENING = (
    "patient.read",
    "prediction.read",
    "prediction.print",
    "prediction.copy",
    "prediction.sheet",
    "prediction.compare",
    "observation.read",
    "decision.read",
    "outcome.read",
)
"""Somebody saw the chart or a part of it."""

READING = (
    *OPENING,
    "patient.search",
    "patient.list",
    "prediction.list",
    "services.list",
    "worklist.read",
)
"""Names or values of patients were shown; over REST they left the house with that."""

LEAVING = ("prediction.print", "prediction.copy", "prediction.sheet", "chart.export")
"""Something left the portal: on paper, by the clipboard, in a file."""

ROUTES = {
    "portal:worklist": "worklist.read",
    "portal:patients": "patient.search",
    "portal:chart": "patient.read",
    "portal:observation-add": "observation.record",
    "portal:observation-correct": "observation.correct",
    "portal:observation-history": "observation.read",
    "portal:run": "prediction.request",
    "portal:prediction": "prediction.read",
    "portal:prediction-status": "prediction.read",
    "portal:prediction-decide": "decision.record",
    "portal:prediction-cancel": "prediction.cancel",
    "portal:prediction-again": "prediction.again",
    "portal:prediction-compare": "prediction.compare",
    "portal:prediction-wrong-patient": "prediction.wrong-patient",
    "portal:prediction-hand-over": "prediction.hand-over",
    "portal:prediction-dismiss": "prediction.dismiss",
    "portal:prediction-sheet": "prediction.sheet",
    "portal:prediction-copied": "prediction.copy",
    "portal:service-stop": "version.stop",
    "portal:audit": "audit.search",
}
"""What somebody was about to do at an address, for the event of a refusal."""


def label(act: str) -> str:
    return str(LABELS.get(act, act))
