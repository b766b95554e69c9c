"""Whole files of real generators: taken, and sent again, nothing is there twice."""

from __future__ import annotations

import json

import carebundle
import pytest

from accounts.models import AuditEvent
from diagnosis.records import codes
from diagnosis.records.models import (
    Allergy,
    CareAssignment,
    Condition,
    Encounter,
    Medication,
    Note,
    Observation,
    Patient,
    PatientIdentifier,
)
from tests.imports import sent
from tests.imports.conftest import House

ROWS = (Patient, PatientIdentifier, Observation, Condition, Medication, Allergy, Encounter, Note)


def counts() -> dict[str, int]:
    return {model.__name__: model.unscoped.count() for model in (*ROWS, CareAssignment)}


def said_by(data: bytes) -> int:
    """What the file says about codes of the dictionary, each value at one moment once."""
    said = set()
    for entry in json.loads(data)["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] == "Observation":
            for part in (resource, *resource.get("component", [])):
                code, value = part["code"]["coding"][0]["code"], part.get("valueQuantity")
                if codes.find(code) and value:
                    said.add((code, value["value"], resource["effectiveDateTime"]))
    return len(said)


def test_a_whole_life_of_synthea(house: House):
    run = house.run(sent.synthea())

    assert run.state == "done"
    assert run.report["patients"] == {"created": 1, "updated": 0, "unchanged": 0, "refused": 0}
    assert counts() == {
        "Patient": 1, "PatientIdentifier": 3, "Condition": 37,
        "Observation": said_by(sent.synthea()),
        "Medication": 7, "Allergy": 1, "Encounter": 36, "Note": 36, "CareAssignment": 1,
    }  # fmt: skip
    (patient,) = Patient.objects.visible_to(house.doctor)
    assert (patient.family_name, patient.allergy_status) == ("Rodriguez", "known")
    assert not Patient.objects.visible_to(house.colleague).exists()
    kept = {(e["what"], e["reason"]): e["count"] for e in run.report["not_kept"]}
    assert kept["Claim", "kind_not_held"] == 36

    before = counts()
    again = house.run(sent.synthea())
    assert counts() == before
    assert again.report["patients"] == {"created": 0, "updated": 0, "unchanged": 1, "refused": 0}
    assert (again.report["facts"]["created"], again.report["facts"]["updated"]) == (0, 0)


@pytest.mark.parametrize("profile", sorted(carebundle.PROFILES))
def test_every_profile_of_carebundle(house: House, profile: str):
    data = sent.carebundle_of(profile)

    first, again = house.report(data), house.report(data)

    assert first["patients"]["created"] == 1
    assert first["facts"]["created"] > 25
    assert again["patients"]["unchanged"] == 1
    assert again["facts"]["created"] == again["facts"]["updated"] == 0
    hemoglobin = Observation.unscoped.get(code="718-7")
    assert (hemoglobin.unit, hemoglobin.source) == ("g/dL", "lab")
    assert AuditEvent.objects.filter(act="patient.import").count() == 2
