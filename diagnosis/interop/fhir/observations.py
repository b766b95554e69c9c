"""Observations with their corrections: what was replaced is in the file, and never as a fact.

FHIR keeps one resource a value and its past in versions; here each state is a row. So the row that
holds today goes out with its status, every row that it replaced as entered-in-error, and a
Provenance says which revised which, when and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from diagnosis.interop.fhir import terms
from diagnosis.interop.fhir.terms import Resource
from diagnosis.records import codes
from diagnosis.records.models import Observation

Status = Observation.Status
_CATEGORIES = {
    "vital-signs": "vital-signs",
    "body": "vital-signs",
    "cardiology": "procedure",
    "breast-imaging": "imaging",
    "history": "survey",
    "other": "survey",
}
ANSWERS = f"{terms.OWN}:answers"
_FLAGS = {"L": "Low", "H": "High"}


def all_of(rows: Sequence[Observation]) -> Iterator[Resource]:
    """Every row; the current parts of a panel stand inside it, as the vital-signs profiles ask."""
    parts = parts_of(rows)
    inside = {part.pk for held in parts.values() for part in held}
    for row in rows:
        if row.pk not in inside:
            yield _observation(row, parts.get(row.pk, []))
    for row in rows:
        if row.replaces_id is not None:
            yield _revision(row, where(row, parts))


def parts_of(rows: Iterable[Observation]) -> dict[UUID, list[Observation]]:
    """Panel → its current parts."""
    found: dict[UUID, list[Observation]] = {}
    for row in rows:
        if row.panel_id and row.is_current and row.status != Status.ENTERED_IN_ERROR:
            found.setdefault(row.panel_id, []).append(row)
    return found


def where(row: Observation, parts: Mapping[UUID, Sequence[Observation]]) -> UUID:
    """The resource in which a row stands: its own, or its panel's."""
    return row.panel_id if row.panel_id and row in parts.get(row.panel_id, ()) else row.pk


def _observation(row: Observation, parts: Sequence[Observation]) -> Resource:
    source = terms.source_of(row.source)
    known = {"system": source, "value": row.source_identifier}
    return terms.resource(
        "Observation",
        row.pk,
        meta={"source": source},
        identifier=[known] if row.source_identifier else [],
        status=_status(row, parts),
        category=[_category(row)],
        code=_code(row),
        subject=terms.refer(row.patient_id),
        effectiveDateTime=terms.moment(row.observed_at),
        issued=terms.moment(row.recorded_at),
        performer=terms.listed([terms.named(row.recorded_by)]),
        **_value(row),
        component=[terms.filled({"code": _code(part), **_value(part)}) for part in parts],
    )


def _status(row: Observation, parts: Sequence[Observation]) -> str:
    if not row.is_current:
        return Status.ENTERED_IN_ERROR
    if any(part.status in (Status.CORRECTED, Status.AMENDED) for part in parts):
        return Status.CORRECTED
    return row.status


def _category(row: Observation) -> Resource:
    entry = codes.find(row.code, row.system)
    code = _CATEGORIES.get(codes.family_of(entry).slug, "laboratory")
    return terms.concept(f"{terms.HL7}/observation-category", code)


def _code(row: Observation) -> Resource:
    entry = codes.find(row.code, row.system)
    words = entry.name if entry else row.label
    return terms.concept(row.system, row.code, words, display=row.label)


def _value(row: Observation) -> Resource:
    """The value with its range and flag; a panel has none of its own."""
    limits = {
        "low": terms.quantity(row.reference_low, row.unit),
        "high": terms.quantity(row.reference_high, row.unit),
    }
    flag = f"{terms.HL7}/v3-ObservationInterpretation"
    measured = terms.quantity(row.value_number, row.unit, codes.unit_text(row.unit))
    return {
        "valueQuantity": {} if row.value_code else measured,
        "valueCodeableConcept": _answer(row) if row.value_code else {},
        "interpretation": terms.listed(
            [terms.concept(flag, row.flag, display=_FLAGS.get(row.flag, ""))]
        ),
        "referenceRange": terms.listed([terms.filled(limits)]),
    }


def _answer(row: Observation) -> Resource:
    entry = codes.find(row.code, row.system)
    words = entry.answer_text(row.value_code) if entry else row.value_code
    return terms.concept(ANSWERS, row.value_code, words)


def _revision(row: Observation, target: UUID) -> Resource:
    """Who put ``row`` in the place of another, when and why."""
    act = "NULLIFY" if row.status == Status.ENTERED_IN_ERROR else "UPDATE"
    return terms.resource(
        "Provenance",
        terms.derived(row.pk, "revision"),
        target=[terms.refer(target)],
        recorded=terms.moment(row.recorded_at),
        activity=terms.concept(f"{terms.HL7}/v3-DataOperation", act),
        reason=terms.listed([terms.concept(text=row.reason)]),
        agent=[{"who": terms.named(row.recorded_by) or {"display": row.source}}],
        entity=[{"role": "revision", "what": terms.refer(row.replaces_id)}],
    )
