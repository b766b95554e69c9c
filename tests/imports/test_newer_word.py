"""What a source says of what it said before: the newer word counts."""

from __future__ import annotations

from typing import Any

import pytest

from diagnosis.records import chart
from diagnosis.records.finding import note_search
from diagnosis.records.finding.note_search import NoteQuery
from diagnosis.records.models import Allergy, Condition, Medication, Observation, Patient
from tests.imports.conftest import House
from tests.imports.sent import AT, about, bundle, concept, observation, patient, row, table

ICD10 = "http://hl7.org/fhir/sid/icd-10"


def current() -> list[float | None]:
    return [row.value_number for row in Observation.unscoped.valid().order_by("code")]


def quantity(**parts: Any) -> dict[str, Any]:
    return {"system": "http://unitsofmeasure.org", "code": "mm[Hg]", **parts}


NEWER = {
    "called off": {"status": "cancelled"},
    "entered in error": {"status": "entered-in-error"},
    "a status of the future": {"status": "unheard-of"},
    "corrected, without a value": {
        "status": "corrected",
        "valueQuantity": None,
        "dataAbsentReason": concept("urn:x", "error"),
    },
    "no value, no word": {"valueQuantity": None},
    "only a limit": {"valueQuantity": quantity(value=300, comparator=">")},
    "a limit in words": {"valueQuantity": None, "valueString": "> 300"},
    "another unit": {"valueQuantity": {"value": 132, "code": "psi"}},
    "another code": {"code": concept("http://loinc.org", "99999-9")},
    "no time": {"effectiveDateTime": None},
    "not to be ignored": {"modifierExtension": [{"url": "urn:x:not-done"}]},
}


@pytest.mark.parametrize("name", NEWER)
def test_a_result_that_no_longer_stands_is_no_fact_any_more(house: House, name: str):
    pulse = observation(90, id="o2", loinc="8867-4", unit="/min")
    house.run(bundle(patient(), observation(), pulse))
    report = house.report(bundle(patient(), observation(**NEWER[name]), pulse))

    assert current() == [90]
    assert report["facts"] == {"created": 0, "updated": 1, "unchanged": 1}
    old, new = chart.history(Patient.unscoped.get(), row_of("8480-6").pk)[::-1]
    assert (old.status, new.status, new.reason) == (
        "final", "entered-in-error", "changed at the source",
    )  # fmt: skip
    assert house.report(bundle(patient(), observation(**NEWER[name])))["facts"]["updated"] == 0


def row_of(code: str) -> Observation:
    found: Observation = Observation.unscoped.get(code=code, is_current=True)
    return found


def test_what_is_said_again_later_stands_again(house: House):
    for status in ("final", "cancelled", "final"):
        house.run(bundle(patient(), observation(status=status)))

    assert current() == [132]


def test_parts_that_are_gone_are_no_facts_any_more(house: House):
    def pressure(*parts: dict[str, Any]) -> bytes:
        frame = concept("http://loinc.org", "85354-9")
        whole = observation(code=frame, valueQuantity=None, component=list(parts))
        return bundle(patient(), whole)

    high, low = observation(132), observation(80, "8462-4")
    house.run(pressure(high, low))
    assert sorted(current()) == [80, 132]

    house.run(pressure(high, {**low, "valueQuantity": None}))
    assert current() == [132]
    house.run(pressure(high, {**low, "modifierExtension": [{"url": "urn:x"}]}))
    assert current() == [132]
    house.run(pressure(high))
    assert current() == [132]
    house.run(bundle(patient(), observation(code=concept("http://loinc.org", "85354-9"),
                                            valueQuantity=None)))  # fmt: skip
    assert current() == []


def test_a_newer_value_replaces_the_old_one_also_where_another_source_has_said_it(house: House):
    house.run(bundle(patient(), observation(140)), source="lab")
    house.run(bundle(patient(), observation(132, id="x")), source="ward")

    house.run(bundle(patient(), observation(132)), source="lab")

    assert set(current()) == {132}


def test_another_source_takes_nothing_back(house: House):
    house.run(bundle(patient(), observation()), source="lab")
    house.run(bundle(patient(), observation(status="entered-in-error")), source="ward")

    assert current() == [132]


@pytest.mark.parametrize(
    "cell", ["", "<0.5", "haemolysed", "1.2.3"], ids=["nothing", "limit", "words", "no number"]
)
def test_a_row_of_a_table_takes_back_what_it_said(house: House, cell: str):
    house.run(table(row(132)))
    house.run(table(row(cell)))

    assert current() == []


def test_a_row_may_say_that_it_was_entered_in_error(house: House):
    header = "patient,family_name,birth_date,code,value,unit,observed_at,source_identifier,status"
    line = f"4711,Vanterpool,1961-04-05,8480-6,132,mm[Hg],{AT.isoformat()},lab#2,"
    other = line.replace("132", "120").replace("lab#2", "lab")
    house.run(table(line + "final", other + "final", header=header))
    house.run(table(other + "cancelled", header=header))
    assert current() == [132]  # lab#2 is no part of lab

    house.run(table(line.replace("132", "") + "entered-in-error", header=header))
    assert current() == []


def problem(**parts: Any) -> dict[str, Any]:
    return about("Condition", code=concept(ICD10, "K74.3", "PBC"), **parts)


@pytest.mark.parametrize(
    "newer",
    [
        {"verificationStatus": concept("urn:x", "refuted")},
        {"verificationStatus": {"coding": [{"code": "ruled"}, {"code": "refuted"}]}},
        {"verificationStatus": {"text": "Refuted"}},
        {"verificationStatus": "refuted"},
        {"verificationStatus": concept("urn:x", "entered-in-error")},
        {"code": concept("urn:local", "17")},
        {"modifierExtension": [{"url": "urn:x"}]},
    ],
    ids=["refuted", "among others", "in words", "of an older version", "in error", "recoded",
         "not to be ignored"],
)  # fmt: skip
def test_a_refuted_diagnosis_is_no_fact_any_more(house: House, newer: dict[str, Any]):
    house.run(bundle(patient(), problem()))
    house.run(bundle(patient(), problem() | newer))

    assert Condition.unscoped.get().status == "entered-in-error"
    assert chart.read_chart(Patient.unscoped.get()).conditions == ()


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({}, "active"),
        ({"abatementDateTime": "2020-01-01"}, "resolved"),
        ({"abatementDateTime": "2020"}, "resolved"),
        ({"abatementString": "in childhood"}, "resolved"),
        ({"abatementAge": {"value": 12, "code": "a"}}, "resolved"),
        ({"abatementRange": {"low": {"value": 12}}}, "resolved"),
        ({"abatementPeriod": {"start": "2019-01-01"}}, "resolved"),
        ({"abatementBoolean": True}, "resolved"),
        ({"abatementBoolean": False}, "active"),
        ({"abatementDateTime": "2140-01-01"}, "active"),
        ({"abatementDateTime": "2020-01-01", "clinicalStatus": concept("u", "active")}, "resolved"),
        ({"clinicalStatus": concept("u", "remission")}, "resolved"),
        ({"verificationStatus": concept("u", "provisional")}, "suspected"),
    ],
)
def test_what_is_over_is_not_active(house: House, parts: dict[str, Any], status: str):
    house.run(bundle(patient(), problem(**parts)))

    assert Condition.unscoped.get().status == status


@pytest.mark.parametrize(
    ("kind", "newer"),
    [
        ("MedicationRequest", {"status": "entered-in-error"}),
        ("MedicationRequest", {"status": "draft"}),
        ("MedicationRequest", {"doNotPerform": True}),
        ("MedicationRequest", {"intent": "proposal"}),
        ("MedicationStatement", {"status": "intended"}),
        ("MedicationStatement", {"medicationCodeableConcept": None}),
    ],
)
def test_a_medicine_that_is_called_off_is_not_taken(house: House, kind: str, newer: dict[str, Any]):
    taken = about(kind, status="active", medicationCodeableConcept={"text": "Metformin"})
    house.run(bundle(patient(), taken))
    house.run(bundle(patient(), taken | newer))

    assert Medication.unscoped.get().status == "entered-in-error"


def test_kinds_that_are_numbered_by_themselves_are_two_things(house: House):
    order = about("MedicationRequest", id="1", status="active",
                  medicationCodeableConcept={"text": "Metformin"})  # fmt: skip
    said = about("MedicationStatement", id="1", status="active",
                 medicationCodeableConcept={"text": "Aspirin"})  # fmt: skip
    house.run(bundle(patient(), order, said))
    house.run(bundle(patient(), order, said | {"status": "entered-in-error"}))

    rows = Medication.unscoped.values_list("label", "status")
    assert set(rows) == {("Metformin", "active"), ("Aspirin", "entered-in-error")}


def test_a_medicine_whose_time_is_over_is_not_taken_any_more(house: House):
    taken = about("MedicationStatement", status="active",
                  medicationCodeableConcept={"text": "Metformin"},
                  effectivePeriod={"start": "2020-01-01", "end": "2021"})  # fmt: skip
    house.run(bundle(patient(), taken))

    assert Medication.unscoped.get().status == "stopped"


@pytest.mark.parametrize(
    "newer",
    [
        {"verificationStatus": concept("u", "refuted")},
        {"verificationStatus": concept("u", "entered-in-error")},
        {"clinicalStatus": concept("u", "inactive")},
        {"clinicalStatus": concept("u", "resolved")},
        {"code": None},
    ],
)
def test_an_allergy_that_is_taken_back_leaves_none_recorded(house: House, newer: dict[str, Any]):
    latex = about("AllergyIntolerance", code={"text": "Latex"})
    house.run(bundle(patient(), latex))
    house.run(bundle(patient(), latex | newer))

    somebody = Patient.unscoped.get()
    assert somebody.allergy_status == "not-recorded"
    assert chart.read_chart(somebody).allergies == ()
    assert Allergy.unscoped.get().is_withdrawn

    house.run(bundle(patient(), latex))
    assert Patient.unscoped.get().allergy_status == "known"
    assert [a.substance for a in chart.read_chart(somebody).allergies] == ["Latex"]


NONE_KNOWN = {"code": concept("http://snomed.info/sct", "716186003")}
NOT_ASKED = {"code": concept("http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips",
                             "no-allergy-info")}  # fmt: skip
TAKEN_BACK = [
    {"verificationStatus": concept("u", "refuted")},
    {"verificationStatus": concept("u", "entered-in-error")},
    {"clinicalStatus": concept("u", "inactive")},
    {"clinicalStatus": concept("u", "resolved")},
    {"modifierExtension": [{"url": "urn:x"}]},
]


STATEMENTS = [("none", NONE_KNOWN), ("unavailable", NOT_ASKED)]


@pytest.mark.parametrize(("before", "then", "after"), [
    ([], [NOT_ASKED], "unavailable"),
    ([NOT_ASKED], [NONE_KNOWN], "none"),  # somebody has asked since
    ([NONE_KNOWN], [NOT_ASKED], "none"),  # what was asked once is known
    ([NONE_KNOWN], [NONE_KNOWN | TAKEN_BACK[0], NOT_ASKED], "unavailable"),
    ([], [NONE_KNOWN, NOT_ASKED], "unavailable"),  # two statements: the careful one
    ([NOT_ASKED], [{"code": {"text": "Latex"}}], "known"),
])  # fmt: skip
def test_could_not_be_asked_is_a_statement_of_its_own(
    house: House, before: list[Any], then: list[Any], after: str
):
    for said in (before, then):
        found = [about("AllergyIntolerance", id=f"a{n}", **one) for n, one in enumerate(said)]
        house.run(bundle(patient(), *found))

    assert Patient.unscoped.get().allergy_status == after


@pytest.mark.parametrize("newer", TAKEN_BACK)
@pytest.mark.parametrize("was_said", [False, True], ids=["at first", "after it was said"])
@pytest.mark.parametrize(("status", "statement"), STATEMENTS)
def test_none_known_that_is_taken_back_is_not_recorded(
    house: House,
    newer: dict[str, Any],
    was_said: bool,  # a case
    status: str,
    statement: dict[str, Any],
):
    said = about("AllergyIntolerance", **statement)
    if was_said:
        house.run(bundle(patient(), said))
        assert Patient.unscoped.get().allergy_status == status

    house.run(bundle(patient(), said | newer))

    assert Patient.unscoped.get().allergy_status == "not-recorded"
    assert not Allergy.unscoped.exists()


def test_none_known_of_one_kind_is_neither_an_allergy_nor_none_at_all(house: House):
    medicines = about("AllergyIntolerance", code=concept("http://snomed.info/sct", "409137002"))
    house.run(bundle(patient(), medicines))

    assert Patient.unscoped.get().allergy_status == "not-recorded"
    assert not Allergy.unscoped.exists()


def test_a_visit_and_a_note_that_are_taken_back_are_not_shown(house: House):
    visit = about("Encounter", status="finished", period={"start": "2024-02-02"},
                  **{"class": {"code": "AMB"}})  # fmt: skip
    note = about("DiagnosticReport", status="final", issued=AT.isoformat(),
                 conclusion="Wrong leg amputated.")  # fmt: skip
    house.run(bundle(patient(), visit, note))
    held = chart.read_chart(Patient.unscoped.get())
    assert (len(held.encounters), len(held.notes)) == (1, 1)

    house.run(bundle(patient(), visit | {"status": "cancelled"}, note | {"status": "cancelled"}))

    held = chart.read_chart(Patient.unscoped.get())
    assert (held.encounters, held.notes) == ((), ())
    assert note_search.find(house.doctor, NoteQuery("amputated")).total == 0


def test_said_and_taken_back_in_one_file_is_a_contradiction(house: House):
    report = house.report(bundle(patient(), observation(), observation(status="entered-in-error")))

    assert report["patients"]["refused"] == 1
    assert not Patient.unscoped.exists()
