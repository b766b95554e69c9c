"""One incoming patient into one chart: everything or nothing, and sent again nothing twice."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import CareTeam, User
from accounts.rights import demand
from diagnosis.records import persons
from diagnosis.records.incoming import identity
from diagnosis.records.incoming.filing import Filing, Written
from diagnosis.records.incoming.judging import about_person, findings, judge
from diagnosis.records.incoming.shapes import Incoming
from diagnosis.records.models import Patient
from medportal.common.errors import DomainError, Pointer


@transaction.atomic
def import_patient(*, actor: User, team: CareTeam, source: str, incoming: Incoming) -> Written:
    """Write one patient of a file into the charts of ``team``: all of it, or none."""
    demand(actor, "patient.import")
    persons.refuse_team(actor, team)
    if incoming.found or any(about_person(incoming)):
        raise _refused(findings(incoming))
    patient = identity.find(actor, team, incoming)
    row = patient or persons.build(team, incoming.newcomer)
    judged = judge(row, incoming, source)
    found = [*_conflicts(patient, incoming), *judged.found]
    if found:
        raise _refused(found)
    written = Written(row.pk)
    if patient is None:
        persons.store(row, team, incoming.identifiers)
        written.result = "created"
    elif _complete(actor, patient, team, incoming):
        written.result = "updated"
    Filing(actor, source, row, written).file(incoming, judged)
    audit.record(
        actor=actor,
        act="patient.import",
        patients=[row.pk],
        what=f"team/{team.pk}",
        detail={"result": written.result, **written.facts},
    )
    return written


def _conflicts(patient: Patient | None, incoming: Incoming) -> list[Pointer]:
    if patient is None or incoming.person is None:
        return []
    return [incoming.place.of(p) for p in identity.conflicts(patient, incoming.person)]


def _complete(actor: User, patient: Patient, team: CareTeam, incoming: Incoming) -> bool:
    """What the file adds to somebody who is known: details, and the named team."""
    is_assigned = identity.assign(actor, patient, team)
    has_news = incoming.person is not None and identity.complete(patient, incoming.person)
    return is_assigned or has_news


def _refused(found: Iterable[Pointer]) -> DomainError:
    message = _("This patient can not be taken: see what was found.")
    return DomainError("patient_refused", message, pointers=list(found))
