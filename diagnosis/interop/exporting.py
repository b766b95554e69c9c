"""Taking one chart out of the house: who may, why they do, and the event before the first byte.

The file is made whole, in the transaction of its event. A page or endpoint answers when that
transaction has committed, so no byte of a chart leaves without its event, and none half.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import audit
from accounts.models import User
from accounts.rights import demand
from diagnosis.interop import observations_csv
from diagnosis.interop.fhir import bundle
from diagnosis.records import access
from diagnosis.records.models import Observation, Patient, PatientIdentifier
from medportal.common.errors import DomainError, Pointer
from medportal.common.signs import comma

LONGEST_REASON = 200


class Purpose(models.TextChoices):
    """For what the file leaves."""

    TREATMENT = "treatment", _("treatment elsewhere")
    OPINION = "second-opinion", _("a second opinion")
    PATIENT = "patient-request", _("the patient asked for it")
    LEGAL = "legal", _("a legal duty")
    OTHER = "other", pgettext_lazy("purpose of an export", "something else")
    UNSTATED = "unstated", pgettext_lazy("purpose of an export", "not stated")


STATED = [choice for choice in Purpose.choices if choice[0] != Purpose.UNSTATED]


class Form(models.TextChoices):
    """In what shape it leaves."""

    FHIR = "fhir", _("the whole chart, for another system (FHIR R4)")
    CSV = "csv", _("the observations, as a table (CSV)")


@dataclass(frozen=True)
class Wanted:
    """What is asked for: a program may leave the purpose out, a person may not."""

    form: str = Form.FHIR
    purpose: str = Purpose.UNSTATED
    reason: str = ""


@dataclass(frozen=True)
class Exported:
    """The file; its name holds an opaque id and no patient's name."""

    content: bytes
    media_type: str
    name: str


@transaction.atomic
def export_chart(*, actor: User, patient: Patient | UUID | str, wanted: Wanted) -> Exported:
    """One chart as a file. Whoever sends it on waits for the end of the transaction."""
    found = access.patient_for(actor, patient)
    demand(actor, "chart.export")
    _check(wanted)
    identifier = uuid4()
    made = _MAKERS[Form(wanted.form)](actor, found, identifier)
    audit.record(
        actor=actor,
        act="chart.export",
        patients=[found.pk],
        what=f"{wanted.form}/{identifier}",
        why=" · ".join(filter(None, (wanted.purpose, wanted.reason.strip()))),
        detail={"bytes": len(made.content), "sha256": hashlib.sha256(made.content).hexdigest()},
    )
    return made


def _check(wanted: Wanted) -> None:
    found = []
    if wanted.form not in Form.values:
        found.append(Pointer("/form", "unknown_form", _("Known forms: fhir, csv.")))
    if wanted.purpose not in Purpose.values:
        known = _("Known purposes: %(purposes)s.") % {"purposes": comma().join(dict(STATED))}
        found.append(Pointer("/purpose", "unknown_purpose", known))
    if wanted.purpose == Purpose.OTHER and not wanted.reason.strip():
        found.append(Pointer("/reason", "reason_missing", _("Say for what the file is needed.")))
    if len(wanted.reason) > LONGEST_REASON:
        found.append(Pointer("/reason", "too_long", _("This reason is too long.")))
    if found:
        raise DomainError("export_invalid", found[0].message, pointers=found)


def _fhir(actor: User, patient: Patient, identifier: UUID) -> Exported:
    made = bundle.bundle_of(actor, patient, identifier=identifier, at=timezone.now())
    text = json.dumps(made, ensure_ascii=False, allow_nan=False)
    return Exported(text.encode(), bundle.MEDIA_TYPE, f"chart-{patient.pk}.fhir.json")


def _csv(actor: User, patient: Patient, _identifier: UUID) -> Exported:
    """With a byte order mark: without it spreadsheets take UTF-8 for something else."""
    rows = Observation.objects.visible_to(actor).valid().filter(patient=patient)
    numbers = PatientIdentifier.objects.visible_to(actor).filter(patient=patient).order_by("pk")
    ordered = rows.order_by("observed_at", "recorded_at", "pk")
    text = observations_csv.table_of(patient, numbers.first(), ordered)
    content = text.encode("utf-8-sig")
    return Exported(content, observations_csv.MEDIA_TYPE, f"observations-{patient.pk}.csv")


_MAKERS = {Form.FHIR: _fhir, Form.CSV: _csv}
