"""Problems, medicines, allergies and visits."""

from __future__ import annotations

from collections.abc import Iterator

from diagnosis.interop.fhir.incoming.bundle import Bundle
from diagnosis.interop.fhir.incoming.elements import (
    Resource,
    When,
    code_of,
    codings,
    cut,
    first_when,
    has_begun,
    has_ended,
    named,
    part,
    parts,
    said,
    text,
    words,
)
from diagnosis.interop.fhir.incoming.pieces import Piece
from diagnosis.records.chart_validation import is_atc, is_icd10, is_snomed
from diagnosis.records.incoming import ChartFact, LeftOut, NotKept, Place, Withdrawn
from diagnosis.records.models import Allergy, Condition, Encounter, Medication, Patient

ATC = "http://www.whocc.no/atc"
ABSENT_ALLERGIES = {
    "716186003": Patient.AllergyStatus.NONE,
    "no-known-allergies": Patient.AllergyStatus.NONE,
    "no-allergy-info": Patient.AllergyStatus.UNAVAILABLE,
}
"""What a file says of allergies without naming one."""
NO_KNOWN_KIND_OF_ALLERGY = {"409137002", "429625007", "428607008", "716184000", "1003774007"}
"""None to medicines, to food, from surroundings, to latex: no allergy, and not «none» either."""
ABSENT_OR_UNKNOWN = "absent-unknown-uv-ips"
"""Codes that say that nothing is there, or that nobody knows."""
WRONG = "entered-in-error"
_PROBLEM = {
    "active": Condition.Status.ACTIVE,
    "recurrence": Condition.Status.ACTIVE,
    "relapse": Condition.Status.ACTIVE,
    "inactive": Condition.Status.RESOLVED,
    "remission": Condition.Status.RESOLVED,
    "resolved": Condition.Status.RESOLVED,
}
_DOUBTFUL = {"provisional", "differential", "unconfirmed"}
_SURE = {"confirmed"}
_TAKEN = {
    "active": Medication.Status.ACTIVE,
    "on-hold": Medication.Status.STOPPED,
    "cancelled": Medication.Status.STOPPED,
    "completed": Medication.Status.STOPPED,
    "stopped": Medication.Status.STOPPED,
    "not-taken": Medication.Status.STOPPED,
}
_KINDS = {
    "AMB": Encounter.Kind.OUTPATIENT,
    "VR": Encounter.Kind.OUTPATIENT,
    "HH": Encounter.Kind.OUTPATIENT,
    "SS": Encounter.Kind.OUTPATIENT,
    "IMP": Encounter.Kind.INPATIENT,
    "ACUTE": Encounter.Kind.INPATIENT,
    "NONAC": Encounter.Kind.INPATIENT,
    "OBSENC": Encounter.Kind.INPATIENT,
    "EMER": Encounter.Kind.EMERGENCY,
}


def _day(at: When, where: str, what: str) -> Iterator[Piece]:
    """What there is to say about a date without which the fact still stands."""
    if at.fault:
        yield LeftOut(NotKept(what, at.fault), where)


def _says_absence(concept: object) -> bool:
    return any(ABSENT_OR_UNKNOWN in text(c.get("system")) for c in codings(concept))


def condition(resource: Resource, at: str, key: str, _bundle: Bundle) -> Iterator[Piece]:
    verified = said(resource.get("verificationStatus"))
    if WRONG in verified:
        yield Withdrawn(Condition, key, at)
        return
    concept = resource.get("code")
    system, code = _diagnosis(concept)
    status = _problem_status(resource, verified)
    reason = _why_no_problem(concept, code, status)
    if reason or status is None:
        yield LeftOut(NotKept("Condition", reason, *named(concept)), at)
        return
    since, where = first_when(resource, "onsetDateTime", "onsetPeriod")
    yield from _day(since, at + where, "Condition.onset")
    values = {
        "system": system,
        "code": code,
        "label": cut(words(concept), 160),
        "status": status,
        "onset_on": since.day,
    }
    places = {"/code": "/code/coding/0/code", "/onset_on": where, "/label": "/code/text"}
    yield ChartFact(Condition, key, values, Place(at, places))


def _why_no_problem(concept: object, code: str, status: str | None) -> str:
    if status in ("refuted", "status"):
        return status
    if _says_absence(concept):
        return "absence"
    return "" if code else "code_not_held"


def _problem_status(resource: Resource, verified: set[str]) -> str:
    """Of the chart; else why it is no problem: ``refuted``, or a ``status`` nobody understands."""
    if "refuted" in verified:
        return "refuted"
    if verified and not verified & (_DOUBTFUL | _SURE):
        return "status"
    clinical = said(resource.get("clinicalStatus"))
    known = [_PROBLEM[word] for word in sorted(clinical & _PROBLEM.keys())]
    if clinical and not known:
        return "status"
    if Condition.Status.RESOLVED in known or _is_abated(resource):
        return Condition.Status.RESOLVED
    return Condition.Status.SUSPECTED if verified & _DOUBTFUL else Condition.Status.ACTIVE


def _is_abated(resource: Resource) -> bool:
    """Whether it says that the problem is over; a time to come is no end yet."""
    for name in ("abatementDateTime", "abatementPeriod"):
        if resource.get(name) is not None:
            return has_begun(first_when(resource, name)[0])
    if resource.get("abatementBoolean") is not None:
        return resource["abatementBoolean"] is True
    others = ("abatementString", "abatementAge", "abatementRange")
    return any(resource.get(name) for name in others)


def _diagnosis(concept: object) -> tuple[str, str]:
    """ICD-10 in any of its national editions, else SNOMED CT."""
    for coding in codings(concept):
        code = text(coding.get("code")).upper()
        if "icd-10" in text(coding.get("system")).lower() and is_icd10(code):
            return Condition.System.ICD10, code
    code = code_of(concept, Condition.System.SNOMED)
    return Condition.System.SNOMED, code if is_snomed(code) else ""


def medication(resource: Resource, at: str, key: str, bundle: Bundle) -> Iterator[Piece]:
    """MedicationRequest and MedicationStatement: what the patient takes or took."""
    kind, status = text(resource.get("resourceType")), text(resource.get("status"))
    if status == WRONG:
        yield Withdrawn(Medication, key, at)
        return
    concept = resource.get("medicationCodeableConcept")
    if concept is None:
        concept = bundle.resolve(resource.get("medicationReference"), resource).get("code")
    is_order = text(resource.get("intent")) not in ("proposal", "plan")
    if resource.get("doNotPerform") is True or not is_order or status not in _TAKEN:
        yield LeftOut(NotKept(kind, "status", status, cut(words(concept), 160)), at)
        return
    if not words(concept) or _says_absence(concept):
        reason = "absence" if words(concept) else "no_name"
        yield LeftOut(NotKept(kind, reason, *named(concept)), at)
        return
    since, where = first_when(resource, "authoredOn", "effectiveDateTime", "effectivePeriod")
    yield from _day(since, at + where, f"{kind}.date")
    is_over = has_ended(resource.get("effectivePeriod"))
    code = code_of(concept, ATC).upper()
    values = {
        "code": code if is_atc(code) else "",
        "label": cut(words(concept), 160),
        "dose": cut(_dose(resource), 120),
        "status": Medication.Status.STOPPED if is_over else _TAKEN[status],
        "started_on": since.day,
    }
    yield ChartFact(Medication, key, values, Place(at, {"/started_on": where}))


def _dose(resource: Resource) -> str:
    held = parts(resource.get("dosageInstruction", [])) + parts(resource.get("dosage", []))
    return "; ".join(filter(None, (text(d.get("text")) or _amount(d) for d in held)))


def _amount(dosage: Resource) -> str:
    """«1 tablet, 2 per 1 d», where the source gives numbers and no words."""
    quantity = part(part(next(iter(parts(dosage.get("doseAndRate"))), {})).get("doseQuantity"))
    repeat = part(part(dosage.get("timing")).get("repeat"))
    amount, often = quantity.get("value"), repeat.get("frequency")
    said = [f"{amount} {text(quantity.get('unit'))}".strip()] if _is_number(amount) else []
    if _is_number(often) and _is_number(repeat.get("period")):
        said.append(f"{often} per {repeat['period']} {text(repeat.get('periodUnit'))}".strip())
    return ", ".join(said)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def allergy(resource: Resource, at: str, key: str, _bundle: Bundle) -> Iterator[Piece]:
    verified = said(resource.get("verificationStatus"))
    clinical = said(resource.get("clinicalStatus"))
    concept = resource.get("code")
    reason = _why_no_allergy(concept, verified, clinical)
    if WRONG in verified:
        yield Withdrawn(Allergy, key, at)
    elif reason:
        yield LeftOut(NotKept("AllergyIntolerance", reason, *named(concept)), at)
    elif not absent_allergies(resource):
        values = {"substance": cut(words(concept), 120), "reaction": cut(_reaction(resource), 160)}
        yield ChartFact(Allergy, key, values, Place(at, {"/substance": "/code"}))


def _why_no_allergy(concept: object, verified: set[str], clinical: set[str]) -> str:
    over = {"refuted", "inactive", "resolved"} & (verified | clinical)
    if over:
        return "refuted" if "refuted" in over else min(over)
    if not words(concept):
        return "no_name"
    is_part = bool(said(concept) & NO_KNOWN_KIND_OF_ALLERGY)
    is_absence = _says_absence(concept) and not said(concept) & ABSENT_ALLERGIES.keys()
    return "absence" if is_part or is_absence else ""


def absent_allergies(resource: Resource) -> set[str]:
    """«None known» or «could not be asked», be it said or taken back: statements of their own."""
    return {ABSENT_ALLERGIES[code] for code in said(resource.get("code")) & ABSENT_ALLERGIES.keys()}


def is_taken_back(resource: Resource) -> bool:
    """Then it says no more than silence does."""
    verified = said(resource.get("verificationStatus"))
    clinical = said(resource.get("clinicalStatus"))
    return bool({WRONG, "refuted", "inactive", "resolved"} & (verified | clinical))


def _reaction(resource: Resource) -> str:
    found = []
    for reaction in parts(resource.get("reaction", [])):
        found += [words(m) for m in parts(reaction.get("manifestation", []))]
        if not reaction.get("manifestation"):
            found.append(text(reaction.get("description")))
    return ", ".join(filter(None, dict.fromkeys(found)))


def encounter(resource: Resource, at: str, key: str, bundle: Bundle) -> Iterator[Piece]:
    status, code = text(resource.get("status")), text(part(resource.get("class")).get("code"))
    if status == WRONG:
        yield Withdrawn(Encounter, key, at)
        return
    if status == "cancelled" or code not in _KINDS:
        reason = "status" if status == "cancelled" else "class_not_held"
        what = status if status == "cancelled" else cut(code, 40)
        yield LeftOut(NotKept("Encounter", reason, what), at)
        return
    begun = first_when(resource, "period")[0]
    ended_at = part(resource.get("period")).get("end")
    ended = first_when({"end": ended_at}, "end")[0]
    if begun.at is None:
        reason = begun.fault or "no_time"
        reason = "no_time" if reason == "not_precise" else reason
        yield LeftOut(NotKept("Encounter", reason), f"{at}/period/start")
        return
    if ended.fault:
        yield LeftOut(NotKept("Encounter.end", ended.fault), f"{at}/period/end")
    values = {
        "kind": _KINDS[code],
        "started_at": begun.at,
        "ended_at": ended.at,
        "reason": cut(_reason(resource), 200),
        "location": cut(_location(resource, bundle), 120),
    }
    places = {"/started_at": "/period/start", "/ended_at": "/period/end"}
    yield ChartFact(Encounter, key, values, Place(at, places))


def _reason(resource: Resource) -> str:
    held = parts(resource.get("reasonCode", [])) + parts(resource.get("type", []))
    return next(filter(None, (words(concept) for concept in held)), "")


def _location(resource: Resource, bundle: Bundle) -> str:
    for place in parts(resource.get("location", [])):
        reference = part(place.get("location"))
        name = text(reference.get("display"))
        return name or text(bundle.resolve(reference, resource).get("name"))
    return ""
