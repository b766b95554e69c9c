"""How a chart is reached: through the gate, by id, and never without a trace."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import CareTeam, Membership, User
from accounts.rights import demand
from diagnosis.records import names
from diagnosis.records.finding import note_search, patient_search
from diagnosis.records.models import Patient
from medportal.common.errors import DomainError
from medportal.common.ids import parse_id

OPENED = "patient.read"


def patient_for(actor: User, patient: Patient | UUID | str) -> Patient:
    """The patient, if ``actor`` may see them; the caller leaves the trace."""
    wanted = patient.pk if isinstance(patient, Patient) else parse_id(patient)
    found = None if wanted is None else Patient.objects.visible_to(actor).filter(pk=wanted).first()
    if found is None:
        raise DomainError("patient_not_found", _("No such patient."), status=404)
    return found


def open_chart(
    actor: User, patient_id: Patient | UUID | str, *, what: str = "", act: str = OPENED
) -> Patient:
    """The patient for somebody who is about to read the chart, with the event that says so."""
    patient = patient_for(actor, patient_id)
    audit.record(actor=actor, act=act, patients=[patient.pk], what=what)
    return patient


def writable(actor: User, act: str, patient: Patient | UUID | str) -> Patient:
    """The patient, for somebody who may write into this chart by this act."""
    demand(actor, act)
    return patient_for(actor, patient)


def search_patients(actor: User, query: patient_search.Query) -> patient_search.Found:
    """Find patients whom ``actor`` may see; the event names those who were shown, not the terms."""
    found = patient_search.find(actor, query)
    audit.record(
        actor=actor,
        act="patient.search",
        patients=[patient.pk for patient in found.patients],
        detail={"total": found.total, "by": found.by},
    )
    return found


def search_notes(actor: User, query: note_search.NoteQuery) -> note_search.FoundNotes:
    """Notes with the words; the event keeps a keyed hash of them, and what was shown."""
    found = note_search.find(actor, query)
    audit.record(
        actor=actor,
        act="note.search",
        patients=[patient.pk for patient in found.patients],
        what="one chart" if query.patient else "",
        detail={
            "total": found.total,
            "page": found.page,
            "notes": [str(hit.note.pk) for hit in found.hits],
            "hash": names.identifier_hash(actor.organisation_id, query.text),
        },
    )
    return found


def list_patients(actor: User, patients: list[Patient]) -> None:
    """Say which patients a list showed."""
    audit.record(actor=actor, act="patient.list", patients=[patient.pk for patient in patients])


def teams_of(actor: User) -> QuerySet[CareTeam]:
    """The care teams of the own organisation in which ``actor`` works today."""
    current = Membership.objects.current().filter(user=actor).values("team")
    return CareTeam.objects.filter(pk__in=current, organisation=actor.organisation_id)
