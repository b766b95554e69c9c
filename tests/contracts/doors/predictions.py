"""Predictions: asked for, computed, read, taken away, decided."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from diagnosis.inference import runner
from diagnosis.inference.models import Job
from diagnosis.registry.models import Service
from tests import runnable
from tests.contracts.doors import Ward, door
from tests.factories import MembershipFactory, clinician_at

DECIDED = {"assessment": "about-right", "action": "biopsy"}
HAPPENED = {"event": True, "occurred_on": "2026-05-06", "source": "registry"}


@door("worklist.read", "page", by="doctor", about="patient")
def _(ward: Ward):
    ward.get("portal:worklist")


@door("cohort.read", "page", by="doctor", about="patient")
def _(ward: Ward):
    ward.get("portal:cohort", slug=ward.slug)


@door("cohort.print", "page", by="nurse", about="patient")
def _(ward: Ward):
    ward.get("portal:cohort-print", "nurse", slug=ward.slug)


@door("cohort.read", "REST", by="system", about="patient")
def _(ward: Ward):
    ward.ask(f"services/{ward.slug}/cohort", "system")


@door("prediction.request", "REST", by="doctor", about="patient")
def _(ward: Ward):
    ward.send(f"services/{ward.slug}/predictions", {"patient": str(ward.patient.pk)})


@door("prediction.request", "page", by="doctor", about="patient")
def _(ward: Ward):
    ward.post("portal:run", patient=ward.patient.pk, slug=ward.slug)


@door("prediction.list", "REST", by="doctor", about="patient")
def _(ward: Ward):
    ward.ask("predictions")


@door("prediction.read", "REST", by="system", about="patient")
def _(ward: Ward):
    ward.ask(f"predictions/{ward.prediction.pk}", "system")


def looking(act: str, route: str) -> None:
    @door(act, "page", by="doctor", about="patient")
    def look(ward: Ward):
        ward.get(route, prediction=ward.prediction.pk)


looking("prediction.read", "portal:prediction")
looking("prediction.read", "portal:prediction-status")
looking("prediction.print", "portal:prediction-print")
looking("prediction.sheet", "portal:prediction-sheet")
looking("prediction.reach", "portal:prediction-reach")
looking("prediction.alike", "portal:prediction-alike")
looking("prediction.sureness", "portal:prediction-sureness")


@door("prediction.compare", "page", by="doctor", about="patient")
def _(ward: Ward):
    repeat = ward.another(run_again_of=ward.prediction, inputs=ward.prediction.inputs)
    yield
    ward.get("portal:prediction-compare", prediction=repeat.pk)


@door("prediction.try", "page", by="doctor", about="patient")
def _(ward: Ward):
    prediction = asked(ward)
    runner.run_prediction(prediction.pk)
    yield
    ward.get("portal:prediction-try", prediction=prediction.pk)


@door("trend.read", "page", by="doctor", about="patient")
def _(ward: Ward):
    ward.get("portal:trend", patient=ward.patient.pk, slug=ward.slug)


@door("trend.print", "page", by="doctor", about="patient")
def _(ward: Ward):
    ward.get("portal:trend-print", patient=ward.patient.pk, slug=ward.slug)


@door("trend.read", "REST", by="system", about="patient")
def _(ward: Ward):
    ward.ask(f"patients/{ward.patient.pk}/services/{ward.slug}/trend", "system")


@door("prediction.copy", "page", by="nurse", about="patient")
def _(ward: Ward):
    ward.post("portal:prediction-copied", "nurse", prediction=ward.prediction.pk)


@door("prediction.request", "page", by="doctor", about="patient")
def again(ward: Ward):
    ward.post("portal:prediction-again", prediction=ward.prediction.pk)


@door("prediction.again", "page", by="nurse", outcome="refused")
def _(ward: Ward):
    ward.post("portal:prediction-again", "nurse", prediction=ward.prediction.pk)


@door("prediction.cancel", "page", by="doctor", about="patient")
def _(ward: Ward):
    queued = ward.queued()
    yield
    ward.post("portal:prediction-cancel", prediction=queued.pk)


@door("prediction.cancel", "page", by="doctor", outcome="refused")
def too_late(ward: Ward):
    ward.post("portal:prediction-cancel", prediction=ward.prediction.pk)


@door("prediction.cancel", "REST", by="doctor", about="patient")
def _(ward: Ward):
    queued = ward.queued()
    yield
    ward.send(f"predictions/{queued.pk}/cancel", {})


@door("prediction.wrong-patient", "page", by="doctor", about="patient")
def _(ward: Ward):
    why = {"reason": "Another bed."}
    ward.post("portal:prediction-wrong-patient", data=why, prediction=ward.prediction.pk)


@door("prediction.wrong-patient", "REST", by="doctor", about="patient")
def _(ward: Ward):
    ward.send(f"predictions/{ward.prediction.pk}/wrong-patient", {})


@door("prediction.wrong-patient-undo", "page", by="doctor", about="patient")
def _(ward: Ward):
    ward.marked_wrong()
    yield
    ward.post("portal:prediction-wrong-patient-undo", prediction=ward.prediction.pk)


@door("prediction.wrong-patient-undo", "REST", by="doctor", about="patient")
def _(ward: Ward):
    ward.marked_wrong()
    yield
    ward.send(f"predictions/{ward.prediction.pk}/wrong-patient/undo", {})


@door("observation.restore", "page", by="doctor", about="patient")
def _(ward: Ward):
    ward.marked_wrong(ward.stored_by_the_run())
    yield
    ward.post("portal:prediction-wrong-patient-undo", prediction=ward.prediction.pk)


@door("observation.restore", "REST", by="doctor", about="patient")
def _(ward: Ward):
    ward.marked_wrong(ward.stored_by_the_run())
    yield
    ward.send(f"predictions/{ward.prediction.pk}/wrong-patient/undo", {})


@door("prediction.hand-over", "page", by="doctor", about="patient")
def _(ward: Ward):
    second = clinician_at(ward.house)
    MembershipFactory(team=ward.accounts_careteam, user=second)
    yield
    chosen = {"to": str(second.pk)}
    ward.post("portal:prediction-hand-over", data=chosen, prediction=ward.prediction.pk)


@door("prediction.hand-over", "page", by="administrator", about="patient")
def of_somebody_who_leaves(ward: Ward):
    second = clinician_at(ward.house)
    MembershipFactory(team=ward.accounts_careteam, user=second)
    yield
    leaver = ward.person("doctor").pk
    ward.post("portal:leaver", "administrator", data={"to": str(second.pk)}, user=leaver)


@door("prediction.dismiss", "page", by="doctor", about="patient")
def _(ward: Ward):
    refused = ward.another(
        state=Job.State.REFUSED,
        result=None,
        headline=None,
        band="",
        refusal={"code": "x", "message": {"en": "x"}, "features": []},
    )
    yield
    ward.post("portal:prediction-dismiss", prediction=refused.pk)


@door("estimate.give", "page", by="doctor", about="patient")
def _(ward: Ward):
    waiting = ward.another(asks_estimate=True)
    Service.objects.filter(pk=waiting.service_id).update(ask_own_estimate=True)
    yield
    ward.post("portal:prediction-estimate", data={"choice": "skip"}, prediction=waiting.pk)


@door("estimates.read", "page", by="doctor")
def _(ward: Ward):
    ward.get("portal:estimates")


@door("decision.record", "page", by="doctor", about="patient")
def _(ward: Ward):
    ward.post("portal:prediction-decide", data=DECIDED, prediction=ward.prediction.pk)


@door("decision.record", "REST", by="doctor", about="patient")
def _(ward: Ward):
    ward.send(f"predictions/{ward.prediction.pk}/decisions", DECIDED)


@door("decision.amend", "page", by="doctor", about="patient")
def _(ward: Ward):
    ward.send(f"predictions/{ward.prediction.pk}/decisions", DECIDED)
    yield
    ward.post("portal:prediction-decide", data=DECIDED, prediction=ward.prediction.pk)


@door("decision.amend", "REST", by="doctor", about="patient")
def _(ward: Ward):
    ward.send(f"predictions/{ward.prediction.pk}/decisions", DECIDED)
    yield
    ward.send(f"predictions/{ward.prediction.pk}/decisions", DECIDED)


@door("outcome.record", "REST", by="system", about="patient")
def of_a_prediction(ward: Ward):
    ward.send(f"predictions/{ward.prediction.pk}/outcomes", HAPPENED, "system")


@door("outcome.record", "REST", by="system", about="patient")
def of_a_patient(ward: Ward):
    about = {"service": ward.slug, "patient": str(ward.patient.pk)}
    ward.send("outcomes", {**HAPPENED, **about}, "system")


def asked(ward: Ward):
    """A prediction that a worker can run, of a version with its artifact."""
    return runnable.Ward(ward.person("doctor"), ward.patient, ward.runs).ask()


@door("prediction.run", "worker", by="doctor", about="patient")
def _(ward: Ward):
    prediction = asked(ward)
    yield
    runner.run_prediction(prediction.pk)


@door("prediction.explain", "worker", by="doctor", about="patient")
def _(ward: Ward):
    prediction = asked(ward)
    (explanation,) = runner.run_prediction(prediction.pk)
    yield
    runner.run_explanation(explanation)


@door("prediction.refused", "worker", by="doctor", about="patient", outcome="refused")
def _(ward: Ward):
    prediction = asked(ward)
    ward.person("doctor").memberships.all().delete()
    yield
    runner.run_prediction(prediction.pk)


@door("prediction.run", "worker", by="doctor", about="patient", outcome="failed")
def given_up(ward: Ward):
    ward.another(
        state=Job.State.RUNNING,
        attempts=99,
        lease_until=timezone.now() - timedelta(seconds=1),
        result=None,
        headline=None,
        band="",
    )
    yield
    runner.waiting_predictions(10)
