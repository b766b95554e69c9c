"""Who a patient is, as the banner, the lists and the buttons say it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.gate import Asker
from diagnosis.portal.words.wording import age_words, day, reads_chinese
from diagnosis.records.models import Allergy, Patient, PatientIdentifier
from diagnosis.records.persons import MRN
from medportal.common.glossary import spoken
from medportal.common.signs import aside


def grouped(number: str) -> str:
    """``4010232137`` as ``401 023 2137``: what is read aloud is read in groups."""
    if not number.isdigit() or len(number) < 7:
        return number
    return f"{number[:3]} {number[3:6]} {number[6:]}"


@dataclass(frozen=True)
class Identity:
    patient: Patient
    number: str
    allergies: tuple[str, ...] = field(default=())

    @property
    def allergies_spoken(self) -> list[str]:
        return [spoken(substance) for substance in self.allergies]

    @property
    def roman(self) -> str:
        """FAMILY, Given."""
        family = self.patient.family_name.upper()
        return f"{family}, {self.patient.given_name}" if self.patient.given_name else family

    @property
    def name(self) -> str:
        """As buttons and lists say it."""
        if reads_chinese() and self.patient.native_name:
            return self.patient.native_name
        return self.roman

    @property
    def titled(self) -> str:
        title = "" if reads_chinese() else self.patient.title  # an English word; the sex is beside
        return f"{self.roman} ({title})" if title else self.roman

    @property
    def last_day(self) -> date:
        return self.patient.deceased_on or timezone.localdate()

    @property
    def age(self) -> str:
        """Empty where the birth date is not known."""
        born = self.patient.birth_date
        return age_words(born, self.last_day) if born else ""

    @property
    def born(self) -> str:
        if self.patient.birth_date is None:
            return _("not known")
        if self.patient.deceased_on:
            return day(self.patient.birth_date)
        return f"{day(self.patient.birth_date)}{aside(self.age)}"

    @property
    def died(self) -> str:
        if not self.patient.deceased_on:
            return ""
        died = day(self.patient.deceased_on)
        return f"{died}{aside(self.age)}" if self.age else died

    @property
    def has_allergies(self) -> bool:
        return self.patient.allergy_status == Patient.AllergyStatus.KNOWN


def numbers_of(patients: Iterable[UUID]) -> dict[UUID, str]:
    """The record number of each patient whom the caller has already been allowed to see."""
    found: dict[UUID, list[PatientIdentifier]] = {}
    for row in PatientIdentifier.unscoped.filter(patient__in=list(patients)).order_by("pk"):
        found.setdefault(row.patient_id, []).append(row)
    return {patient: shown_number(rows) for patient, rows in found.items()}


def shown_number(rows: Sequence[PatientIdentifier]) -> str:
    """The house's own number; of a patient who came in a file, the first that stood there."""
    own = [row.value for row in rows if row.system == MRN]
    return grouped(next(iter(own or [row.value for row in rows]), ""))


def identities(patients: Iterable[Patient]) -> dict[UUID, Identity]:
    """One question for the numbers of all of them."""
    known = {patient.pk: patient for patient in patients}
    numbers = numbers_of(known)
    return {pk: Identity(patient, numbers.get(pk, "")) for pk, patient in known.items()}


def identity(patient: Patient, asker: Asker) -> Identity:
    """With the allergies, for the banner."""
    allergies = Allergy.objects.visible_to(asker).filter(patient=patient).order_by("substance")
    number = numbers_of([patient.pk]).get(patient.pk, "")
    return Identity(patient, number, tuple(allergies.values_list("substance", flat=True)))
