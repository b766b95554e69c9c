"""The patient and the parts of the chart that are no observations."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from django.utils import timezone

from accounts.models import Organisation
from diagnosis.interop.fhir import terms
from diagnosis.interop.fhir.terms import HL7, Resource
from diagnosis.records.models import (
    Allergy,
    Condition,
    Encounter,
    Medication,
    Note,
    Patient,
    PatientIdentifier,
)

_CLASSES = {
    Encounter.Kind.OUTPATIENT: ("AMB", "ambulatory"),
    Encounter.Kind.INPATIENT: ("IMP", "inpatient encounter"),
    Encounter.Kind.EMERGENCY: ("EMER", "emergency"),
}
_VERIFIED = {
    Condition.Status.SUSPECTED: "provisional",
    Condition.Status.ENTERED_IN_ERROR: "entered-in-error",
}
_ABSENT = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
_NO_ALLERGIES = {
    Patient.AllergyStatus.NONE: (terms.SNOMED, "716186003", "No known allergy"),
    Patient.AllergyStatus.UNAVAILABLE: (
        _ABSENT,
        "no-allergy-info",
        "No information about allergies",
    ),
}
"""What is said of allergies where none is held; silence says that nobody asked."""
UNKNOWN = {"extension": [{"url": terms.ABSENT_REASON, "valueCode": "unknown"}]}


def organisation(row: Organisation) -> Resource:
    return terms.resource("Organization", row.pk, name=row.name)


def patient(row: Patient, numbers: list[PatientIdentifier]) -> Resource:
    return terms.resource(
        "Patient",
        row.pk,
        identifier=[{"system": known.system, "value": known.value} for known in numbers],
        active=row.is_active,
        name=terms.listed([_name(row), _native_name(row)]),
        gender=row.sex,
        birthDate=terms.day(row.birth_date),
        _birthDate={} if row.birth_date else UNKNOWN,
        deceasedDateTime=terms.day(row.deceased_on),
        managingOrganization=terms.refer(row.organisation_id),
    )


def _name(row: Patient) -> Resource:
    given, prefix = [row.given_name], [row.title]
    return terms.filled(
        {
            "use": "official",
            "family": row.family_name,
            "given": given if row.given_name else [],
            "prefix": prefix if row.title else [],
        }
    )


def _native_name(row: Patient) -> Resource:
    """Ideographic, as the extension of FHIR calls it; which part is the family is not known."""
    if not row.native_name:
        return {}
    written = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation"
    ideographic = {"url": written, "valueCode": "IDE"}
    return {"extension": [ideographic], "use": "usual", "text": row.native_name}


def encounter(row: Encounter) -> Resource:
    code, display = _CLASSES[Encounter.Kind(row.kind)]
    return terms.resource(
        "Encounter",
        row.pk,
        status=_encounter_status(row),
        **{"class": terms.coding(f"{HL7}/v3-ActCode", code, display)},
        subject=terms.refer(row.patient_id),
        period=_period(terms.moment(row.started_at), terms.moment(row.ended_at)),
        reasonCode=terms.listed([terms.concept(text=row.reason)]),
        location=[{"location": terms.named(row.location)}] if row.location else [],
    )


def _encounter_status(row: Encounter) -> str:
    if row.ended_at is not None:
        return "finished"
    if row.started_at > timezone.now():
        return "planned"
    return "in-progress" if row.kind == Encounter.Kind.INPATIENT else "unknown"


def _period(start: str, end: str = "") -> Resource:
    return terms.filled({"start": start, "end": end})


def condition(row: Condition) -> Resource:
    """Withdrawn ones carry no clinical status (con-5)."""
    is_wrong = row.status == Condition.Status.ENTERED_IN_ERROR
    clinical = "resolved" if row.status == Condition.Status.RESOLVED else "active"
    verified = _VERIFIED.get(Condition.Status(row.status), "confirmed")
    return terms.resource(
        "Condition",
        row.pk,
        clinicalStatus={} if is_wrong else terms.concept(f"{HL7}/condition-clinical", clinical),
        verificationStatus=terms.concept(f"{HL7}/condition-ver-status", verified),
        category=[terms.concept(f"{HL7}/condition-category", "problem-list-item")],
        code=terms.concept(row.system, row.code, row.label),
        subject=terms.refer(row.patient_id),
        onsetDateTime=terms.day(row.onset_on),
        recordedDate=terms.moment(row.recorded_at),
        recorder=terms.named(row.recorded_by),
    )


def medication(row: Medication) -> Resource:
    """What the patient takes, not an order: the chart does not say who prescribed it."""
    return terms.resource(
        "MedicationStatement",
        row.pk,
        status=row.status,
        medicationCodeableConcept=terms.concept(terms.ATC, row.code, row.label),
        subject=terms.refer(row.patient_id),
        effectivePeriod=_period(terms.day(row.started_on)),
        dateAsserted=terms.moment(row.recorded_at),
        dosage=[{"text": row.dose}] if row.dose else [],
    )


def allergies(row: Patient, rows: list[Allergy]) -> list[Resource]:
    """Known ones; that there is none, or that nobody could be asked, is a statement of its own."""
    status = Patient.AllergyStatus(row.allergy_status)
    if rows or status not in _NO_ALLERGIES:
        return [_known(known) for known in rows]
    system, code, display = _NO_ALLERGIES[status]
    said = terms.concept(system, code, display, display)
    return [_allergy(terms.derived(row.pk, "allergies"), row.pk, code=said)]


def _known(row: Allergy) -> Resource:
    return _allergy(
        row.pk,
        row.patient_id,
        code=terms.concept(text=row.substance),
        recordedDate=terms.moment(row.recorded_at),
        reaction=[{"manifestation": [terms.concept(text=row.reaction)]}] if row.reaction else [],
    )


def _allergy(pk: Any, patient_id: Any, **parts: Any) -> Resource:
    return terms.resource(
        "AllergyIntolerance",
        pk,
        clinicalStatus=terms.concept(f"{HL7}/allergyintolerance-clinical", "active"),
        verificationStatus=terms.concept(f"{HL7}/allergyintolerance-verification", "confirmed"),
        patient=terms.refer(patient_id),
        **parts,
    )


def note(row: Note) -> Resource:
    text = {
        "contentType": "text/plain; charset=utf-8",
        "data": b64encode(row.text.encode()).decode(),
    }
    return terms.resource(
        "DocumentReference",
        row.pk,
        status="current",
        type=terms.concept("http://loinc.org", "34109-9", row.kind, display="Note"),
        subject=terms.refer(row.patient_id),
        date=terms.moment(row.written_at),
        author=terms.listed([terms.named(row.author)]),
        content=[{"attachment": text}],
    )
