"""What a FHIR file may say, what refuses one patient, and what refuses the file. No database."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest
from django.utils import timezone

from diagnosis.interop.fhir.incoming import read
from diagnosis.records.incoming import findings
from diagnosis.records.models import Allergy, Condition, Encounter, Medication, Note
from medportal.common.errors import DomainError
from tests.imports.sent import (
    AT,
    about,
    bundle,
    concept,
    left_out_of,
    observation,
    patient,
    refused_in,
)

AT_O = "/entry/1/resource"


def found_in(data: bytes) -> dict[str, str]:
    return refused_in(read(data))


def kept(data: bytes) -> tuple[list[Any], list[Any], dict[tuple[str, str], int]]:
    reading = read(data)
    (incoming,) = reading.patients
    assert not findings(incoming)
    not_kept = {(what.what, what.reason): n for what, n in reading.not_kept.items()}
    return [o.given for o in incoming.observed], list(incoming.facts), not_kept


UNUSABLE = {
    "nothing": (b"[1, 2]", "not_a_bundle", ""),
    "half a bundle": (b'{"resourceType": "Bundle", "type": ', "broken_json", ""),
    "another resource": (b'{"resourceType": "Patient"}', "not_a_bundle", "/resourceType"),
    "a document": (b'{"resourceType": "Bundle", "type": "document"}', "bundle_type", "/type"),
    "no list": (
        b'{"resourceType": "Bundle", "type": "batch", "entry": {"a": 1}}',
        "not_a_bundle",
        "/entry",
    ),
    "entries of no shape": (
        b'{"resourceType": "Bundle", "type": "batch", "entry": [7]}',
        "not_an_object",
        "/entry/0",
    ),
    "no resource": (
        b'{"resourceType": "Bundle", "type": "batch", "entry": [{"resource": []}]}',
        "not_a_resource",
        "/entry/0/resource",
    ),
    "nobody": (bundle(observation()), "no_patient", ""),
    "said twice": (
        b'{"resourceType": "Bundle", "type": "batch", "type": "batch"}',
        "duplicate_name",
        "/type",
    ),
    "a hundred deep": (
        bundle(patient(contained=json.loads('[{"contained":' * 100 + "1" + "}]" * 100))),
        "nested_too_deeply",
        None,
    ),
    "endlessly deep": (b'{"a":' * 100_000, "nested_too_deeply", ""),
    "Latin 1": (bundle(patient()).replace(b"Vanterpool", b"M\xfcller"), "not_utf8", ""),
    "half a character": (
        bundle(patient()).replace(b"Vanterpool", rb"\ud800"),
        "forbidden_character",
        "/entry/0/resource/name/0/family",
    ),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_file_that_can_not_be_used_says_where_it_broke(name: str):
    data, code, pointer = UNUSABLE[name]
    with pytest.raises(DomainError) as caught:
        read(data)

    (first, *_rest) = caught.value.pointers
    assert (caught.value.code, caught.value.status, first.code) == ("file_unusable", 400, code)
    assert pointer is None or first.pointer == pointer


def test_too_many_of_anything_is_refused_before_it_is_read(settings):
    settings.IMPORT_MOST_ENTRIES = 2
    with pytest.raises(DomainError) as caught:
        read(bundle(patient(), observation(), observation(id="o2")))

    assert caught.value.pointers[0].code == "too_many_entries"


QUANTITY = f"{AT_O}/valueQuantity"
REFUSING = {
    "the future": (
        observation(effectiveDateTime="2140-01-01"),
        {f"{AT_O}/effectiveDateTime": "in_the_future"},
    ),
    "an impossible value": (observation(1200), {f"{QUANTITY}/value": "out_of_bounds"}),
    "the other unit": (
        observation(151, "1518-0", unit="mmol/L"),
        {f"{QUANTITY}/value": "out_of_bounds"},
    ),
    "before birth": (
        observation(effectiveDateTime="1960-01-01"),
        {f"{AT_O}/effectiveDateTime": "before_birth"},
    ),
    "a part of a panel": (
        observation(
            code=concept("http://loinc.org", "85354-9"),
            valueQuantity=None,
            component=[observation(132), observation(5, "8462-4")],
        ),
        {f"{AT_O}/component/1/valueQuantity/value": "out_of_bounds"},
    ),
    "a visit that ends before it starts": (
        about(
            "Encounter",
            **{"class": {"code": "AMB"}},
            period={"start": "2024-02-02", "end": "2024-02-01"},
        ),
        {f"{AT_O}/period/end": "before_start"},
    ),
}


@pytest.mark.parametrize("name", REFUSING)
def test_what_contradicts_refuses_its_patient_at_its_place(name: str):
    resource, expected = REFUSING[name]

    assert found_in(bundle(patient(), resource)) == expected


LEFT_OUT = {
    "an unknown unit": (observation(12, unit="psi"), {f"{QUANTITY}/code": "unknown_unit"}),
    "no unit": (observation(valueQuantity={"value": 12}), {f"{QUANTITY}/code": "unit_missing"}),
    "a word": (observation("much"), {f"{QUANTITY}/value": "not_a_number"}),
    "yes": (observation(valueQuantity={"value": True}), {f"{QUANTITY}/value": "not_a_number"}),
    "nothing": (observation(None), {f"{QUANTITY}/value": "no_value"}),
    "an unknown answer": (
        observation(
            code=concept("urn:medportal:codes", "oedema"),
            valueQuantity=None,
            valueCodeableConcept=concept("urn:x", "much"),
        ),
        {f"{AT_O}/valueCodeableConcept": "unknown_answer"},
    ),
    "an unknown status": (observation(status="maybe"), {f"{AT_O}/status": "unknown_status"}),
    "a month": (
        observation(effectiveDateTime="2019-05"),
        {f"{AT_O}/effectiveDateTime": "time_not_precise"},
    ),
    "no time zone": (
        observation(effectiveDateTime="2019-05-03T09:00:00"),
        {f"{AT_O}/effectiveDateTime": "no_time_zone"},
    ),
    "no day of the calendar": (
        observation(effectiveDateTime="2019-02-30"),
        {f"{AT_O}/effectiveDateTime": "not_a_time"},
    ),
    "the end of time": (
        observation(effectiveDateTime="9999-12-31T23:59:59-14:00"),
        {f"{AT_O}/effectiveDateTime": "not_a_time"},
    ),
    "no time": (
        observation(effectiveDateTime=None),
        {f"{AT_O}/effectiveDateTime": "time_missing"},
    ),
    "a letter that is none": (
        about(
            "DocumentReference",
            status="current",
            date=AT.isoformat(),
            content=[{"attachment": {"contentType": "text/plain", "data": "/w=="}}],
        ),
        {f"{AT_O}/content/0/attachment/data": "unreadable_text"},
    ),
    "no value and no reason why": (
        observation(valueQuantity=None),
        {f"{QUANTITY}/value": "no_value"},
    ),
    "a value and a reason why there is none": (
        observation(dataAbsentReason=concept("urn:x", "error")),
        {f"{QUANTITY}/value": "no_value"},
    ),
    "a limit": (
        observation(valueQuantity={"value": 5, "comparator": "<", "code": "mm[Hg]"}),
        {f"{QUANTITY}/value": "only_a_limit"},
    ),
    **{
        f"a limit in words: {words}": (
            observation(valueQuantity=None, valueString=words),
            {f"{AT_O}/valueString": "only_a_limit"},
        )
        for words in ("<0.5", "> 100 mg/dL", "≤5", "\uff1c5", "less than 5", "小于0.5", "&lt;5")
    },
    "words": (
        observation(valueQuantity=None, valueString="haemolysed"),
        {f"{AT_O}/valueString": "not_a_number"},
    ),
    "a range upside down": (
        observation(referenceRange=[{"low": {"value": 9}, "high": {"value": 4}}]),
        {f"{AT_O}/referenceRange/0/low/value": "range"},
    ),
    "something that shall not be ignored": (
        observation(modifierExtension=[{"url": "http://example.org/was-not-done"}]),
        {f"{AT_O}/modifierExtension": "shall_not_be_ignored"},
    ),
    "deep inside, too": (
        about(
            "MedicationRequest",
            status="active",
            medicationCodeableConcept={"text": "Metformin"},
            dosageInstruction=[{"text": "none", "modifierExtension": [{"url": "urn:x:not"}]}],
        ),
        {f"{AT_O}/dosageInstruction/0/modifierExtension": "shall_not_be_ignored"},
    ),
    "rules that nobody knows": (
        observation(implicitRules="http://example.org/rules"),
        {f"{AT_O}/implicitRules": "shall_not_be_ignored"},
    ),
    "a status of a diagnosis that nobody knows": (
        about(
            "Condition",
            code=concept("http://hl7.org/fhir/sid/icd-10", "K74.3"),
            verificationStatus=concept("urn:x", "perhaps"),
        ),
        {AT_O: "status"},
    ),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_can_not_be_read_is_left_out_at_its_place_and_its_patient_comes_in(name: str):
    resource, expected = LEFT_OUT[name]
    reading = read(bundle(patient(), resource))

    assert left_out_of(reading) == expected
    assert not refused_in(reading)


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1E999999", "9" * 5000])
def test_no_endless_number_is_a_value(number: str):
    data = bundle(patient(), observation(77777)).replace(b"77777", number.encode())

    assert left_out_of(read(data)) == {f"{QUANTITY}/value": "not_finite"}


PERSONS = {
    "no birth date": ({"birthDate": None}, {"/birthDate": "required"}),
    "a year of birth": ({"birthDate": "1961"}, {"/birthDate": "not_precise"}),
    "a birth to come": ({"birthDate": "2140-01-01"}, {"/birthDate": "in_the_future"}),
    "no name": ({"name": []}, {"/name/0/family": "blank"}),
    "no number": ({"identifier": [{"value": "1"}]}, {"/identifier": "identifier_missing"}),
    "a word for the sex": ({"gender": "lady"}, {"/gender": "invalid_choice"}),
    "died some day": ({"deceasedBoolean": True}, {"/deceasedBoolean": "death_date_missing"}),
    "died before birth": ({"deceasedDateTime": "1950-01-01"}, {"/deceasedDateTime": "impossible"}),
    "given up": ({"active": False}, {"/active": "inactive"}),
    "replaced after death": (
        {"active": False, "deceasedDateTime": "2024-02-03", "link": [{"type": "replaced-by"}]},
        {"/active": "inactive"},
    ),
    "something that shall not be ignored": (
        {"modifierExtension": [{"url": "http://example.org/not-a-person"}]},
        {"/modifierExtension": "shall_not_be_ignored"},
    ),
}


@pytest.mark.parametrize("name", PERSONS)
def test_who_can_not_be_a_patient(name: str):
    parts, expected = PERSONS[name]
    at = "/entry/0/resource"

    assert found_in(bundle(patient(**parts))) == {
        at + where: what for where, what in expected.items()
    }


NOT_KEPT = {
    "a code that the chart does not know": (observation(3, "72514-3"), "code_not_held"),
    "a limit": (
        observation(valueQuantity={"value": 5, "comparator": "<", "code": "mm[Hg]"}),
        "only_a_limit",
    ),
    "no value, and it says so": (
        observation(valueQuantity=None, dataAbsentReason={"text": "error"}),
        "no_value",
    ),
    "one that was called off": (observation(status="cancelled"), "status"),
    "somebody else's": (observation(subject={"reference": "Patient/p2"}), "patient_not_in_file"),
}


@pytest.mark.parametrize("name", NOT_KEPT)
def test_what_has_no_place_is_counted_and_refuses_nobody(name: str):
    resource, reason = NOT_KEPT[name]

    assert kept(bundle(patient(), resource)) == ([], [], {("Observation", reason): 1})


def test_values_arrive_as_the_validator_wants_them():
    panel = observation(
        id="bp",
        code=concept("http://loinc.org", "85354-9"),
        valueQuantity=None,
        component=[observation(132), observation(81, "8462-4")],
    )
    answer = observation(
        id="oe",
        code=concept("urn:medportal:codes", "oedema"),
        valueQuantity=None,
        valueCodeableConcept=concept("urn:medportal:answers", "resolved"),
    )
    ranged = observation(
        1.1, "2160-0", unit="mg/dL", id="cr",
        referenceRange=[{"low": {"value": 0.6}, "high": {"value": 1.2, "unit": "mg/dL"}}],
    )  # fmt: skip
    given, _facts, _not_kept = kept(bundle(patient(), panel, answer, ranged))

    assert [(g.source_identifier, g.code, g.value, g.unit) for g in given] == [
        ("bp#0", "8480-6", 132, "mm[Hg]"),
        ("bp#1", "8462-4", 81, "mm[Hg]"),
        ("oe", "oedema", "resolved", ""),
        ("cr", "2160-0", 1.1, "mg/dL"),
    ]
    assert (given[3].reference_low, given[3].reference_high) == (0.6, 1.2)
    assert {g.observed_at for g in given} == {AT}


def test_a_day_counts_from_its_first_moment_here():
    ((given,), _facts, _not_kept) = kept(
        bundle(patient(), observation(effectiveDateTime="2024-05-03"))
    )

    assert timezone.localtime(given.observed_at).isoformat() == "2024-05-03T00:00:00+00:00"


def test_the_rest_of_the_chart():
    medicine = {"resourceType": "Medication", "id": "m", "code": {"text": "Metoprolol 50 mg"}}
    resources = (
        about(
            "Condition",
            code=concept("http://hl7.org/fhir/sid/icd-10-gm", "K74.3", "Biliary cholangitis"),
            verificationStatus=concept("urn:v", "provisional"),
            onsetDateTime="2020",
        ),
        about(
            "MedicationRequest",
            status="completed",
            contained=[medicine],
            medicationReference={"reference": "#m"},
            authoredOn="2024-03-04",
            dosageInstruction=[{"text": "1-0-0"}],
        ),
        about(
            "AllergyIntolerance",
            code={"text": "Penicillin"},
            reaction=[{"manifestation": [{"text": "Rash"}]}],
        ),
        about(
            "Encounter",
            status="finished",
            **{"class": {"code": "EMER"}},
            period={"start": AT.isoformat()},
            location=[{"location": {"display": "Ward 3"}}],
        ),
        about(
            "DocumentReference",
            status="current",
            date=AT.isoformat(),
            type={"text": "Letter"},
            author=[{"display": "Dr Okafor"}],
            content=[
                {"attachment": {"contentType": "application/pdf", "data": "AA=="}},
                {
                    "attachment": {
                        "contentType": "text/plain; charset=utf-8",
                        "data": b64encode("疲乏".encode()).decode(),
                    }
                },
            ],
        ),
    )
    _given, facts, not_kept = kept(bundle(patient(), *resources))
    said = {fact.model: dict(fact.values) for fact in facts}

    assert said[Condition]["code"] == "K74.3"
    assert (said[Condition]["status"], said[Condition]["onset_on"]) == ("suspected", None)
    assert said[Medication]["label"] == "Metoprolol 50 mg"
    assert (said[Medication]["status"], said[Medication]["dose"]) == ("stopped", "1-0-0")
    assert said[Allergy] == {"substance": "Penicillin", "reaction": "Rash"}
    assert (said[Encounter]["kind"], said[Encounter]["location"]) == ("emergency", "Ward 3")
    assert (said[Note]["text"], said[Note]["author"], said[Note]["kind"]) == (
        "疲乏",
        "Dr Okafor",
        "Letter",
    )
    assert not_kept == {
        ("Condition.onset", "not_precise"): 1,
        ("DocumentReference", "no_text"): 1,
    }


@pytest.mark.parametrize(
    "reference", ["urn:uuid:9", "Patient/p1", "https://his/fhir/Patient/p1/_history/3"]
)
def test_a_patient_is_found_however_a_resource_points(reference: str):
    entries = [
        {"fullUrl": "urn:uuid:9", "resource": patient()},
        {"resource": observation(subject={"reference": reference})},
    ]
    whole = {"resourceType": "Bundle", "type": "transaction", "entry": entries}

    assert len(read(json.dumps(whole).encode()).patients[0].observed) == 1


def test_lines_of_resources_are_a_file_too():
    lines = b"\n".join(json.dumps(r).encode() for r in (patient(), observation(1200)))

    assert found_in(lines + b"\n") == {"/2/valueQuantity/value": "out_of_bounds"}


def test_a_name_in_chinese_beside_one_in_latin():
    names = [{"text": "王小明"}, {"use": "official", "family": "Wang", "given": ["Xiaoming"]}]
    (incoming,) = read(bundle(patient(name=names))).patients

    assert incoming.person
    assert incoming.person.family_name == "Wang"
    assert incoming.person.native_name == "王小明"
