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
    named,
    part,
    parts,
    text,
    words,
)
from diagnosis.interop.fhir.incoming.pieces import Piece, Withdrawn
from diagnosis.records.chart_validation import is_atc, is_icd10, is_snomed
from diagnosis.records.incoming import ChartFact, NotKept, Place
from diagnosis.records.models import Allergy, Condition, Encounter, Medication

ATC = "http://www.whocc.no/atc"
NO_KNOWN_ALLERGY = "716186003"
WRONG = "entered-in-error"
_PROBLEM = {
    "active": Condition.Status.ACTIVE,
    "recurrence": Condition.Status.ACTIVE,
    "relapse": Condition.Status.ACTIVE,
    "inactive": Condition.Status.RESOLVED,
    "remission": Condition.Status.RESOLVED,
    "resolved": Condition.Status.RESOLVED,
}
_DOUBTFUL = ("provisional", "differential", "unconfirmed")
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


def _word(concept: object) -> str:
    return text(next(iter(codings(concept)), {}).get("code")).lower()


def _day(at: When, where: str, what: str) -> Iterator[Piece]:
    """What there is to say about a date without which the fact still stands."""
    if at.fault == "not_precise":
        yield NotKept(what, at.fault)
    elif at.fault:
        yield at.problem(where)


def condition(resource: Resource, at: str, key: str, _bundle: Bundle) -> Iterator[Piece]:
    verified = _word(resource.get("verificationStatus"))
    if verified == WRONG:
        yield Withdrawn(Condition, key)
        return
    concept = resource.get("code")
    system, code = _diagnosis(concept)
    if verified == "refuted" or not code:
        reason = "refuted" if verified == "refuted" else "code_not_held"
        yield NotKept("Condition", reason, *named(concept))
        return
    since, where = first_when(resource, "onsetDateTime", "onsetPeriod")
    yield from _day(since, at + where, "Condition.onset")
    status = _PROBLEM.get(_word(resource.get("clinicalStatus")), Condition.Status.ACTIVE)
    if status == Condition.Status.ACTIVE and verified in _DOUBTFUL:
        status = Condition.Status.SUSPECTED
    values = {
        "system": system,
        "code": code,
        "label": cut(words(concept), 160),
        "status": status,
        "onset_on": since.day,
    }
    places = {"/code": "/code/coding/0/code", "/onset_on": where, "/label": "/code/text"}
    yield ChartFact(Condition, key, values, Place(at, places))


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
        yield Withdrawn(Medication, key)
        return
    concept = resource.get("medicationCodeableConcept")
    if concept is None:
        concept = bundle.resolve(resource.get("medicationReference"), resource).get("code")
    is_order = text(resource.get("intent")) not in ("proposal", "plan")
    if resource.get("doNotPerform") is True or not is_order or status not in _TAKEN:
        yield NotKept(kind, "status", status, cut(words(concept), 160))
        return
    if not words(concept):
        yield NotKept(kind, "no_name")
        return
    since, where = first_when(resource, "authoredOn", "effectiveDateTime", "effectivePeriod")
    yield from _day(since, at + where, f"{kind}.date")
    code = code_of(concept, ATC).upper()
    values = {
        "code": code if is_atc(code) else "",
        "label": cut(words(concept), 160),
        "dose": cut(_dose(resource), 120),
        "status": _TAKEN[status],
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
    verified, clinical = (
        _word(resource.get("verificationStatus")),
        _word(resource.get("clinicalStatus")),
    )
    concept = resource.get("code")
    if verified == WRONG:
        yield Withdrawn(Allergy, key)
    elif verified == "refuted" or clinical in ("inactive", "resolved"):
        yield NotKept("AllergyIntolerance", verified or clinical, *named(concept))
    elif not words(concept):
        yield NotKept("AllergyIntolerance", "no_name")
    else:
        values = {"substance": cut(words(concept), 120), "reaction": cut(_reaction(resource), 160)}
        yield ChartFact(Allergy, key, values, Place(at, {"/substance": "/code"}))


def says_no_allergy(resource: Resource) -> bool:
    """A statement of its own: silence only says that nobody asked."""
    held = {text(coding.get("code")) for coding in codings(resource.get("code"))}
    return NO_KNOWN_ALLERGY in held and _word(resource.get("verificationStatus")) != WRONG


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
        yield Withdrawn(Encounter, key)
        return
    if status == "cancelled" or code not in _KINDS:
        reason = "status" if status == "cancelled" else "class_not_held"
        yield NotKept("Encounter", reason, status if status == "cancelled" else cut(code, 40))
        return
    begun = first_when(resource, "period")[0]
    ended_at = part(resource.get("period")).get("end")
    ended = first_when({"end": ended_at}, "end")[0]
    if begun.at is None and begun.fault in ("", "not_precise"):
        yield NotKept("Encounter", "no_time")
        return
    yield from (
        moment.problem(f"{at}/period/{end}")
        for moment, end in ((begun, "start"), (ended, "end"))
        if moment.fault
    )
    values = {
        "kind": _KINDS[code],
        "started_at": begun.at,
        "ended_at": ended.at,
        "reason": cut(_reason(resource), 200),
        "location": cut(_location(resource, bundle), 120),
    }
    places = {"/started_at": "/period/start", "/ended_at": "/period/end"}
    if begun.at is not None:
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
