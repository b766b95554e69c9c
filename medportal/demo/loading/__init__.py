"""Loading the demonstration: one call, one transaction, its own audit event."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction

from accounts import audit
from diagnosis.records.models import Patient
from medportal.demo.loading.patients import Loader
from medportal.demo.loading.people import make_cast
from medportal.demo.loading.services import leave_draft, load_services, submit_candidate
from medportal.demo.loading.wards import open_wards
from medportal.demo.loading.work import leave_work


def load(password: str, *, say: Callable[[str], object]) -> dict[tuple[str, str], Patient]:
    """All of the demonstration or nothing of it; its patients by (service, row key)."""
    with transaction.atomic():
        with connection.cursor() as cursor:  # charts are written down before they are stored
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cast = make_cast(password)
        say("People and care teams are there.")
        services = load_services(cast)
        submit_candidate(cast, services["coronary-disease"])
        leave_draft(cast, services["diabetes-onset"])
        open_wards(cast, services)
        say(f"{len(services)} services are published.")
        patients = Loader(cast, services).load()
        say(f"{len(patients)} patients have a chart.")
        audit.record(
            actor=None,
            act="demo.load",
            detail={"patients": len(patients)},
            organisation=cast.organisation,
        )
        leave_work(cast, services, patients)
        say("Every role has work waiting.")
    return patients
