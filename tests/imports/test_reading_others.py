"""Files as other systems write them: who is meant, on which day, in which unit and spelling."""

# ruff: noqa: RUF001  # names as people write them

from __future__ import annotations

import json
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from diagnosis.interop.fhir.incoming import read
from diagnosis.records import actions
from diagnosis.records.finding import note_search, patient_search
from diagnosis.records.finding.note_search import NoteQuery
from diagnosis.records.finding.patient_search import Query
from diagnosis.records.incoming import findings
from diagnosis.records.models import Note, Observation, Patient
from diagnosis.records.validation import Given
from tests.factories import NoteFactory, patient_of
from tests.imports.conftest import House
from tests.imports.sent import (
    AT,
    SYSTEM,
    bundle,
    concept,
    left_out_of,
    observation,
    patient,
    refused_in,
    table,
)

PERSONAL = "patient,family_name,given_name,native_name,birth_date,sex"


@pytest.mark.parametrize(
    "written",
    [
        "1961-04-05",
        "1961-04-05T00:00:00+08:00",
        "1961-04-05T23:30:00-11:00",
        "1961-04-05T00:00:00Z",
    ],
)
def test_a_birth_date_is_the_day_that_is_written(written: str):
    (incoming,) = read(bundle(patient(birthDate=written))).patients

    assert incoming.newcomer.birth_date == date(1961, 4, 5)


def test_a_day_of_death_is_the_day_that_is_written():
    (incoming,) = read(bundle(patient(deceasedDateTime="2024-02-03T00:10:00+08:00"))).patients

    assert incoming.newcomer.deceased_on == date(2024, 2, 3)


def born_on(moment: str, **parts: Any) -> bytes:
    weight = observation(3200, loinc="29463-7", unit="g", effectiveDateTime=moment)
    return bundle(patient(birthDate="2024-05-01", **parts), weight)


def test_a_value_of_the_first_and_of_the_last_day_of_life_is_one_of_that_life():
    died = {"deceasedDateTime": "2024-05-03"}

    assert not refused_in(read(born_on("2024-05-01T07:00:00+08:00")))
    assert not refused_in(read(born_on("2024-05-03T22:00:00-07:00", **died)))
    assert refused_in(read(born_on("2024-04-30T23:00:00+08:00"))) != {}
    assert refused_in(read(born_on("2024-05-04T01:00:00-07:00", **died))) != {}


def test_a_value_of_the_first_day_can_be_corrected(house: House):
    house.run(born_on("2024-05-01T07:00:00+08:00"))
    row = Observation.unscoped.get()
    right = Given(code="29463-7", value=3300, unit="g")

    new = actions.correct_observation(
        actor=house.doctor, observation=row, given=right, reason="misread"
    )

    assert (new.value_number, new.observed_at) == (3300, row.observed_at)


def soon(**step: int) -> str:
    return (timezone.localdate() + timedelta(**step)).isoformat()


@pytest.mark.parametrize(
    ("end", "is_used"),
    [(soon(days=0), True), (soon(days=400), True), ("9999-12-31", True), ("9999", True),
     (str(timezone.localdate().year), True), (soon(days=-1), False), ("2019", False),
     ("2019-05", False), ("2019-05-01T10:00:00Z", False)],
)  # fmt: skip
def test_a_number_is_used_until_its_period_has_ended(end: str, is_used: bool):
    numbers = [{"system": SYSTEM, "value": "4711", "period": {"start": "2001-01-01", "end": end}}]
    (incoming,) = read(bundle(patient(identifier=numbers))).patients

    assert list(incoming.identifiers) == [(SYSTEM, "4711")][: int(is_used)]


@pytest.mark.parametrize("died", [{"deceasedDateTime": "2024-02-03"}])
def test_the_record_of_the_dead_is_closed_and_still_a_patient(died: dict[str, Any]):
    (incoming,) = read(bundle(patient(active=False, **died))).patients

    assert not findings(incoming)
    assert incoming.newcomer.deceased_on == date(2024, 2, 3)


@pytest.mark.parametrize(
    ("value", "unit", "loinc", "stored", "stored_in"),
    [
        (101.3, "[degF]", "8310-5", 38.5, "Cel"),
        (311.65, "K", "8310-5", 38.5, "Cel"),
        (65, "[in_i]", "8302-2", 165.1, "cm"),
        (5.5, "[ft_i]", "8302-2", 167.64, "cm"),
        (150, "[lb_av]", "29463-7", 150, "[lb_av]"),  # the dictionary has it
        (112, "[oz_av]", "29463-7", 3.17514659, "kg"),
        (2.4, "{INR}", "6301-6", 2.4, "1"),
        (16, "{breaths}/min", "9279-1", 16, "/min"),
        (5.7, "%{HbA1c}", "4548-4", 5.7, "%"),
        (190, "10*3{cells}/uL", "777-3", 190, "10*3/uL"),
    ],
)
def test_units_of_other_houses(house: House, value, unit, loinc, stored, stored_in):
    report = house.report(bundle(patient(), observation(value, loinc, unit=unit)))

    assert report["not_kept"] == []
    row = Observation.unscoped.get()
    assert (row.value_number, row.unit) == (pytest.approx(stored, abs=1e-6), stored_in)


@pytest.mark.parametrize("value", [100.4, 38.5])
def test_a_range_goes_into_the_other_unit_with_its_value(house: House, value: float):
    unit = "[degF]" if value > 50 else "Cel"
    ends = ({"value": 97.7}, {"value": 99.5}) if value > 50 else ({"value": 36.5}, {"value": 37.5})
    data = observation(
        value, "8310-5", unit=unit, referenceRange=[{"low": ends[0], "high": ends[1]}]
    )
    house.run(bundle(patient(), data))

    row = Observation.unscoped.get()
    assert (row.reference_low, row.reference_high, row.flag) == (36.5, 37.5, "H")


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": f"Patient?identifier={SYSTEM}|4711"},
        {"reference": f"Patient?identifier={SYSTEM.replace(':', '%3A')}%7C4711"},
        {"reference": "Patient?identifier=4711"},
        {"reference": f"https://ehr.example/fhir/Patient?identifier={SYSTEM}|4711"},
        {"reference": "Patient?_id=p1"},
        {"identifier": {"system": SYSTEM, "value": "4711"}},
        {"type": "Patient", "identifier": {"system": SYSTEM, "value": "4711"}},
        {"reference": "#me"},
    ],
)
def test_whoever_is_meant_by_a_number_is_found_in_the_file(subject: dict[str, Any]):
    me = {"resourceType": "Patient", "id": "me",
          "identifier": [{"system": SYSTEM, "value": "4711"}]}  # fmt: skip
    other = patient(id="p2", identifier=[{"system": SYSTEM, "value": "4712"}])
    (first, second) = read(
        bundle(patient(), other, observation(subject=subject, contained=[me]))
    ).patients

    assert (len(first.observed), len(second.observed)) == (1, 0)


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient?identifier=4711"},
        {"reference": f"Patient?identifier={SYSTEM}|4713"},
        {"reference": "Patient?birthdate=1961-04-05"},
        {"reference": "Group?identifier=4712"},
        {"identifier": {"value": "4712"}},
    ],
    ids=["two have it", "nobody has it", "no number", "no patient", "without its system"],
)
def test_nobody_is_guessed(subject: dict[str, Any]):
    other = patient(id="p2", identifier=[{"system": "urn:x", "value": "4711"}])
    third = patient(id="p3", identifier=[{"system": SYSTEM, "value": "4712"}])
    reading = read(bundle(patient(), other, third, observation(subject=subject)))

    assert [len(p.observed) for p in reading.patients] == [0, 0, 0]
    assert sum(reading.not_kept.values()) == 1


def test_one_line_of_ndjson_is_a_file():
    line = json.dumps(patient()).encode()

    for data in (
        line,
        line + b"\n",
        b"\xef\xbb\xbf" + line,
        json.dumps(patient(), indent=1).encode(),
    ):
        (incoming,) = read(data).patients
        assert incoming.newcomer.family_name == "Vanterpool"
    (place,) = {p.place.at for p in read(line).patients}
    assert place == "/1"


@pytest.mark.parametrize(
    ("family", "given", "native", "asked"),
    [
        ("王", "小明测", "", ["王小明测", "王 小明测", "小明", "测"]),
        ("Wang", "Xiaohong", "王 小红测", ["王小红测", "小红", "wang xiaohong", "xiaohong wang"]),
        ("やまだ", "たろう", "", ["やまだたろう", "たろう やまだ"]),
        ("김", "철수", "", ["김철수", "김 철수"]),
        ("Ali", "Mai", "阿依\u3000古丽·买买提", ["阿依古丽买买提", "阿依古丽·买买提"]),
        ("O‘Brianz", "", "", ["o'brianz", "obrianz", "O’Brianz", "O′Brianz", "O´Brianz"]),
        ("Kaʻahumanuz", "", "", ["Kaahumanuz", "Ka'ahumanuz"]),
        ("O′Neillz", "", "", ["ONeillz", "O`Neillz"]),
        ("Lüdenscheid‑Nord", "", "", ["Lüdenscheid-Nord", "luedenscheid–nord"]),
    ],
)
def test_names_are_found_however_they_are_parted(house: House, family, given, native, asked):
    house.run(table(f"4711,{family},{given},{native},1970-01-01,female", header=PERSONAL))

    for text in asked:
        assert patient_search.find(house.doctor, Query(text=text)).total == 1, text


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("王", "小明测", ""), ("Wang", "Xiaoming", "王小明测")),
        (("王小明测", "", ""), ("王", "小明测", "")),
        (("Wang", "Xiaoming", "王 小明测"), ("王小明测", "", "")),
        (("O‘Brianz", "", ""), ("O'Brianz", "", "")),
    ],
)
def test_the_same_name_otherwise_parted_is_the_same_person(house: House, first, second):
    for names in (first, second):
        line = ",".join(["4711", *names, "1970-01-01", "female"])
        report = house.report(table(line, header=PERSONAL))
        assert report["patients"]["refused"] == 0
    assert Patient.unscoped.count() == 1


def test_a_word_that_a_line_break_parts_is_found_in_a_note(house: House):
    somebody = patient_of(house.doctor, team=house.team)
    note = NoteFactory(patient=somebody, text="患者有高血\n压，无发 热。")

    for text in ("高血压", "发热", "高血压 发热"):
        (hit,) = note_search.find(house.doctor, NoteQuery(text)).hits
        assert hit.note == note
    (hit,) = note_search.find(house.doctor, NoteQuery("高血压")).hits
    assert [part.text for part in hit.excerpts[0].parts if part.is_hit] == ["高血\n压"]
    assert note_search.find(house.doctor, NoteQuery("压热")).total == 0


def test_what_was_stored_before_is_read_anew(house: House):
    somebody = patient_of(house.doctor, family_name="王", given_name="小明测")
    note = NoteFactory(patient=somebody, text="高血\n压")
    Patient.unscoped.filter(pk=somebody.pk).update(search_name=" 王 小明测", name_grams=["王"])
    Note.unscoped.filter(pk=note.pk).update(search_text=" 高血 压", search_grams=["高血"])

    name = "diagnosis.records.migrations.0006_names_and_notes_read_anew"
    import_module(name).read_anew(apps, None)

    somebody.refresh_from_db()
    note.refresh_from_db()
    assert (somebody.search_name, "王小" in somebody.name_grams) == (" 王小明测", True)
    assert (note.search_text, "血压" in note.search_grams) == (" 高血压", True)


def test_a_left_out_value_is_listed_with_its_place_and_the_rest_comes_in(house: House):
    limit = observation(value=5, id="o2", loinc="8867-4", valueQuantity=None, valueString="<5")
    run = house.run(bundle(patient(), observation(), limit))

    assert run.report["patients"]["created"] == 1
    (entry,) = run.report["not_kept"]
    assert (entry["reason"], entry["count"]) == ("only_a_limit", 1)
    assert entry["places"] == ["/entry/2/resource/valueString"]
    assert Observation.unscoped.get().code == "8480-6"


def test_a_unit_in_words_is_looked_at_too():
    data = observation(valueQuantity={"value": 2.4, "unit": "INR"})
    data["code"] = concept("http://loinc.org", "6301-6")

    assert left_out_of(read(bundle(patient(), data))) == {}
    assert timezone.now() > AT
