"""Who an incoming patient is: known by system and number, in the organisation of the care team.

A number held by somebody whom the importer does not see gives the same refusal as numbers that
belong to two people, and a number alone the same as one that nobody has: nothing is written, and
nothing is said about the one who has it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import CareTeam, User
from diagnosis.records import names, persons
from diagnosis.records.incoming.judging import unnamed
from diagnosis.records.incoming.shapes import Incoming
from diagnosis.records.models import CareAssignment, Patient, PatientIdentifier
from diagnosis.records.persons import NewPatient
from medportal.common.errors import DomainError, Pointer

FILLED = ("given_name", "native_name", "title", "birth_date", "deceased_on")
_STATUS = Patient.AllergyStatus
_SAYS_MORE_THAN: Mapping[str, Collection[str]] = {
    _STATUS.NOT_RECORDED: (_STATUS.UNAVAILABLE, _STATUS.NONE),
    _STATUS.UNAVAILABLE: (_STATUS.NONE,),
}


class IdentityUnclear(DomainError):
    """Names, for the audit trail alone, the patients who were meant."""

    def __init__(self, incoming: Incoming, meant: Iterable[UUID]) -> None:
        code = "identity_unclear" if incoming.person else "patient_unknown"
        message = (
            _("Whose number this is can not be settled here. Ask an administrator.")
            if incoming.person
            else _(
                "No patient of your care teams has this number. "
                "A new patient needs a name and a birth date."
            )
        )
        pointer = incoming.place.of(Pointer("/identifiers", code, message))
        super().__init__(code, message, status=409, pointers=[pointer])
        self.meant = tuple(meant)


def find(actor: User, team: CareTeam, incoming: Incoming) -> Patient | None:
    """The patient of these numbers, locked; None if nobody has any of them."""
    holders = _holders(team, incoming.identifiers)
    if not holders and incoming.person is not None:
        return None
    rows = Patient.objects.visible_to(actor).filter(is_active=True, pk__in=holders)
    patient = rows.select_for_update(no_key=True).first() if len(holders) == 1 else None
    if patient is None:
        raise IdentityUnclear(incoming, holders)
    return patient


def _holders(team: CareTeam, identifiers: Iterable[tuple[str, str]]) -> set[UUID]:
    asked = {
        (system, names.identifier_hash(team.organisation_id, value))
        for system, value in identifiers
    }
    rows = PatientIdentifier.unscoped.filter(
        organisation=team.organisation_id, value_hash__in={digest for _system, digest in asked}
    )
    return {row.patient_id for row in rows if (row.system, row.value_hash) in asked}


def conflicts(patient: Patient, person: NewPatient) -> list[Pointer]:
    """What the file and the chart can not both be right about."""
    text = _("The chart with this number says otherwise. Is it the same person?")
    differs = {
        "/birth_date": None not in (patient.birth_date, person.birth_date)
        and patient.birth_date != person.birth_date,
        "/sex": "unknown" not in (patient.sex, person.sex) and patient.sex != person.sex,
        "/family_name": unnamed(person, patient),
        "/deceased_on": None not in (patient.deceased_on, person.deceased_on)
        and patient.deceased_on != person.deceased_on,
    }
    return [Pointer(where, "differs", text) for where, is_so in differs.items() if is_so]


def complete(patient: Patient, person: NewPatient) -> bool:
    """Fill in what the chart does not say; what it says stays. True if anything was filled in."""
    entered = persons.build(None, person)
    filled: dict[str, Any] = {
        name: getattr(entered, name)
        for name in FILLED
        if getattr(entered, name) and not getattr(patient, name)
    }
    if patient.sex == Patient.Sex.UNKNOWN != person.sex:
        filled["sex"] = person.sex
    if person.allergy_status in _SAYS_MORE_THAN.get(patient.allergy_status, ()):
        filled["allergy_status"] = person.allergy_status
    for name, value in filled.items():
        setattr(patient, name, value)
    if filled:
        names.index(patient)
        patient.save(update_fields=[*filled, "search_name", "name_grams"])
    return bool(filled) | _add_numbers(patient, person)


def _add_numbers(patient: Patient, person: NewPatient) -> bool:
    held = PatientIdentifier.unscoped.filter(patient=patient)
    known = set(held.values_list("system", "value_hash"))
    new = [
        (system, value)
        for system, value in person.identifiers
        if (system, names.identifier_hash(patient.organisation_id, value)) not in known
    ]
    if new:
        persons.identify(patient, new)
    return bool(new)


def assign(actor: User, patient: Patient, team: CareTeam) -> bool:
    """Let the named team look after a patient whom the importer sees through another one."""
    if CareAssignment.unscoped.current().filter(patient=patient, team=team).exists():
        return False
    CareAssignment.unscoped.create(patient=patient, team=team, starts_at=timezone.now())
    audit.record(
        actor=actor, act="team.change", patients=[patient.pk], what=f"team/{team.pk}",
        detail={"change": "assigned"},
    )  # fmt: skip
    return True
