"""Entering a patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import CareTeam, Membership, User
from diagnosis.records import access, names
from diagnosis.records.models import CareAssignment, Patient, PatientIdentifier
from medportal.common.errors import DomainError, Pointer

MRN = "urn:medportal:mrn"
OLDEST = 130


@dataclass(frozen=True)
class NewPatient:
    """A person as entered; identifiers are pairs of system and number."""

    family_name: str
    birth_date: date
    given_name: str = ""
    native_name: str = ""
    title: str = ""
    sex: str = Patient.Sex.UNKNOWN
    deceased_on: date | None = None
    allergy_status: str = Patient.AllergyStatus.NOT_RECORDED
    identifiers: Sequence[tuple[str, str]] = ()


@transaction.atomic
def create_patient(*, actor: User, team: CareTeam, entered: NewPatient) -> Patient:
    """Enter a patient, whom a care team of ``actor`` looks after from now on."""
    access.require_writer(actor)
    _refuse_team(actor, team)
    _refuse_dates(entered)
    patient = Patient(
        organisation=team.organisation,
        family_name=entered.family_name.strip(),
        given_name=entered.given_name.strip(),
        native_name=entered.native_name.strip(),
        title=entered.title.strip(),
        sex=entered.sex,
        birth_date=entered.birth_date,
        deceased_on=entered.deceased_on,
        allergy_status=entered.allergy_status,
    )
    names.index(patient)
    patient.clean_fields(exclude=["organisation", "search_name", "name_grams"])
    patient.save(force_insert=True)
    _identify(patient, entered.identifiers)
    CareAssignment.unscoped.create(patient=patient, team=team)
    audit.record(actor=actor, act="patient.create", patients=[patient.pk])
    return patient


def _identify(patient: Patient, identifiers: Sequence[tuple[str, str]]) -> None:
    rows = [
        PatientIdentifier(
            patient=patient,
            organisation=patient.organisation,
            system=system,
            value=value.strip(),
            value_hash=names.identifier_hash(patient.organisation_id, value),
        )
        for system, value in identifiers
    ]
    try:
        with transaction.atomic():
            PatientIdentifier.unscoped.bulk_create(rows)
    except IntegrityError as error:
        message = _("Another patient already has this number.")
        raise DomainError(
            "identifier_taken",
            message,
            status=409,
            pointers=[Pointer("/identifiers", "identifier_taken", message)],
        ) from error


def _refuse_team(actor: User, team: CareTeam) -> None:
    works_there = Membership.objects.current().filter(user=actor, team=team).exists()
    if not works_there or team.organisation_id != actor.organisation_id:
        message = _("You do not work in this care team.")
        raise DomainError("not_permitted", message, status=403)


def _refuse_dates(entered: NewPatient) -> None:
    today = timezone.localdate()
    if entered.birth_date > today:
        _refuse("/birth_date", "in_the_future", _("This date is in the future."))
    if today.year - entered.birth_date.year > OLDEST:
        _refuse("/birth_date", "too_old", _("Nobody has lived that long."))
    if entered.deceased_on is not None and not entered.birth_date <= entered.deceased_on <= today:
        _refuse("/deceased_on", "impossible", _("The date of death can not be right."))
    if not entered.family_name.strip():
        _refuse("/family_name", "required", _("Enter the family name."))


def _refuse(pointer: str, code: str, message: object) -> None:
    text = message if isinstance(message, str) else str(message)
    raise DomainError("patient_invalid", text, pointers=[Pointer(pointer, code, text)])
