"""A person as entered, by a form, over REST or from a file: judged and stored in one way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import CareTeam, Membership, User
from diagnosis.records import names
from diagnosis.records.models import CareAssignment, Patient, PatientIdentifier
from medportal.common.errors import DomainError, Pointer

MRN = "urn:medportal:mrn"
OLDEST = 130
UNASKED = ("organisation", "search_name", "name_grams")


@dataclass(frozen=True)
class NewPatient:
    """A person as entered; identifiers are pairs of system and number."""

    family_name: str
    birth_date: date | None  # none: said to be not known
    given_name: str = ""
    native_name: str = ""
    title: str = ""
    sex: str = Patient.Sex.UNKNOWN
    deceased_on: date | None = None
    allergy_status: str = Patient.AllergyStatus.NOT_RECORDED
    identifiers: Sequence[tuple[str, str]] = ()


def check(entered: NewPatient) -> list[Pointer]:
    """What can not be right about a person."""
    row = build(None, entered)
    found = [*_about_dates(entered), *about_fields(row, *UNASKED)]
    for system, value in entered.identifiers:
        number = PatientIdentifier(system=system, value=value)
        found += [
            replace(pointer, pointer=f"/identifiers{pointer.pointer}")
            for pointer in about_fields(number, "patient", "organisation", "value_hash")
        ]
    return found


def build(team: CareTeam | None, entered: NewPatient) -> Patient:
    """The unsaved row, with what the search reads."""
    patient = Patient(
        organisation=team.organisation if team else None,
        family_name=entered.family_name.strip(),
        given_name=entered.given_name.strip(),
        native_name=names.joined(entered.native_name).strip(),
        title=entered.title.strip(),
        sex=entered.sex,
        birth_date=entered.birth_date,
        deceased_on=entered.deceased_on,
        allergy_status=entered.allergy_status,
    )
    names.index(patient)
    return patient


def store(patient: Patient, team: CareTeam, identifiers: Sequence[tuple[str, str]]) -> None:
    """Save a person who was built and checked, in the care of ``team`` from now on."""
    patient.save(force_insert=True)
    identify(patient, identifiers)
    CareAssignment.unscoped.create(patient=patient, team=team)


def identify(patient: Patient, identifiers: Sequence[tuple[str, str]]) -> None:
    """Give a patient numbers that nobody else has."""
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


def refuse_team(actor: User, team: CareTeam) -> None:
    """Patients are entered into a care team by those who work there today."""
    works_there = Membership.objects.current().filter(user=actor, team=team).exists()
    if not works_there or team.organisation_id != actor.organisation_id:
        message = _("You do not work in this care team.")
        raise DomainError("not_permitted", message, status=403)


def about_fields(row: models.Model, *unasked: str) -> Iterator[Pointer]:
    """What the columns themselves refuse: too long, not among the choices."""
    try:
        row.clean_fields(exclude=unasked)
    except ValidationError as error:
        for field, problems in error.error_dict.items():
            for problem in problems:
                code = problem.code or "invalid"
                yield Pointer(f"/{field}", code, " ".join(problem.messages))


def _about_dates(entered: NewPatient) -> Iterator[Pointer]:
    today = timezone.localdate()
    born, died = entered.birth_date, entered.deceased_on
    if born is not None and born > today:
        yield Pointer("/birth_date", "in_the_future", _("This date is in the future."))
    if born is not None and today.year - born.year > OLDEST:
        yield Pointer("/birth_date", "too_old", _("Nobody has lived that long."))
    if died is not None and not (born or died) <= died <= today:
        text = _("The date of death can not be right.")
        yield Pointer("/deceased_on", "impossible", text)


def name_words(patient: Patient) -> set[str]:
    """With Chinese names whole and in parts: one file parts them by a blank, another does not."""
    spoken = f"{patient.family_name} {patient.given_name}"
    return {
        *names.asked(spoken),
        *names.words(spoken),
        *names.asked(patient.native_name),
        *names.words(patient.native_name),
    }
