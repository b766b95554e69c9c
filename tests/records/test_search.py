"""Finding a patient: the way people write names, dates and numbers."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, Role
from diagnosis.records import access, names
from diagnosis.records.dates import parse_date
from diagnosis.records.finding import patient_search
from diagnosis.records.finding.patient_search import Query
from diagnosis.records.models import CareAssignment, Patient, PatientIdentifier
from medportal.common.errors import DomainError
from tests.factories import PatientIdentifierFactory, UserFactory, patient_of
from tests.records.conftest import Ward
from tests.servers import as_superuser


@pytest.fixture
def people(ward: Ward) -> Ward:
    for family, given, native, born in (
        ("Wang", "Xiaoming", "王小明", date(1961, 3, 14)),
        ("Wang", "Li", "王丽", date(1975, 7, 2)),
        ("Ouyang", "Min", "欧阳敏", date(1980, 1, 30)),
        ("Müller", "José", "", date(1961, 3, 14)),
        ("O'Brien", "Anne-Marie", "", date(1950, 12, 5)),
        ("Smith", "Li", "", date(1990, 6, 6)),
    ):
        patient_of(
            ward.doctor,
            team=ward.team,
            family_name=family,
            given_name=given,
            native_name=native,
            birth_date=born,
        )
    return ward


def found(ward: Ward, text: str) -> list[str]:
    rows = patient_search.find(ward.doctor, Query(text=text)).patients
    return [f"{p.family_name} {p.given_name}" for p in rows]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("王", ["Wang Li", "Wang Xiaoming"]),
        ("小明", ["Wang Xiaoming"]),
        ("王小明", ["Wang Xiaoming"]),
        ("明王", []),
        ("欧阳", ["Ouyang Min"]),
        ("敏", ["Ouyang Min"]),
        ("wang", ["Wang Li", "Wang Xiaoming"]),
        ("xiaoming WANG", ["Wang Xiaoming"]),
        ("oming", ["Wang Xiaoming"]),
        ("王 li", ["Wang Li"]),
        ("王xiao", ["Wang Xiaoming"]),
        ("li", ["Smith Li", "Wang Li"]),
        ("w", ["Wang Li", "Wang Xiaoming"]),
        ("muller", ["Müller José"]),
        ("MUELLER", ["Müller José"]),
        ("Müller, Jose", ["Müller José"]),
        ("obrien", ["O'Brien Anne-Marie"]),
        ("O’Brien", ["O'Brien Anne-Marie"]),
        ("anne marie", ["O'Brien Anne-Marie"]),
        ("1961-03-14", ["Müller José", "Wang Xiaoming"]),
        ("wang 14-Mar-1961", ["Wang Xiaoming"]),
        ("14 March 1961", ["Müller José", "Wang Xiaoming"]),
        ("1961年3月14日 王", ["Wang Xiaoming"]),
        ("19610314", ["Müller José", "Wang Xiaoming"]),
        ("nobody", []),
        ("%", []),
        ("_", []),
        ("   ", []),
    ],
)
def test_one_field_understands_names_and_birth_dates(people: Ward, text: str, expected: list[str]):
    assert found(people, text) == expected


@pytest.mark.parametrize(
    "text", ["401 023 2137", "4010232137", "wang 401 023 2137", " 4010232137 "]
)
def test_a_whole_number_finds_its_patient(people: Ward, text: str):
    wang = Patient.unscoped.get(given_name="Xiaoming")
    PatientIdentifierFactory(patient=wang, value="401 023 2137")

    assert found(people, text) == ["Wang Xiaoming"]


@pytest.mark.parametrize(
    "text", ["401 02", "40102", "401 023", "2137", "023 2137", "wang 2137", "40102 1961-03-14"]
)
def test_half_a_number_or_its_last_four_digits_find_their_patient(people: Ward, text: str):
    wang = Patient.unscoped.get(given_name="Xiaoming")
    PatientIdentifierFactory(patient=wang, value="401 023 2137")

    assert found(people, text) == ["Wang Xiaoming"]


@pytest.mark.parametrize("text", ["4010", "137", "0232", "401 023 2138", "li 2137"])
def test_less_than_half_or_the_middle_of_a_number_finds_nobody(people: Ward, text: str):
    wang = Patient.unscoped.get(given_name="Xiaoming")
    PatientIdentifierFactory(patient=wang, value="401 023 2137")

    assert found(people, text) == []


def test_half_a_number_finds_nobody_of_another_ward_and_nobody_for_the_privacy_officer(
    people: Ward,
):
    PatientIdentifierFactory(patient=people.patient, value="401 023 2137")
    officer = UserFactory(organisation=people.organisation, roles=[Role.PRIVACY_OFFICER])

    assert patient_search.find(people.elsewhere, Query(text="2137")).total == 0
    assert patient_search.find_identities(officer, Query(text="2137")).total == 0
    assert patient_search.find_identities(officer, Query(text="401 023 2137")).total == 1


def test_a_number_with_letters_may_be_half_of_one(people: Ward):
    wang = Patient.unscoped.get(given_name="Xiaoming")
    PatientIdentifierFactory(patient=wang, value="MRN-204917")

    assert found(people, "MRN-2049") == ["Wang Xiaoming"]
    assert found(people, "mrn-") == []  # no digit tells anybody apart


def test_no_part_of_a_number_is_stored_in_clear(people: Ward, settings):
    number = PatientIdentifierFactory(patient=people.patient, value="4010232137")
    number.refresh_from_db()
    parts = number.part_hashes

    assert not any("2137" in part or "40102" in part for part in parts)
    settings.IDENTIFIER_KEY = "another key"
    assert not set(names.part_hashes(people.organisation.pk, "4010232137")) & set(parts)


@pytest.mark.parametrize("text", ["MRN-17", "mrn-17", "wang MRN-17"])
def test_a_number_may_hold_letters(people: Ward, text: str):
    wang = Patient.unscoped.get(given_name="Xiaoming")
    PatientIdentifierFactory(patient=wang, value="MRN-17")

    assert found(people, text) == ["Wang Xiaoming"]


def test_a_number_of_another_ward_finds_nobody(people: Ward):
    PatientIdentifierFactory(patient=people.patient, value="401 023 2137")

    assert patient_search.find(people.elsewhere, Query(text="401 023 2137")).total == 0
    assert patient_search.find(people.elsewhere, Query(text="wang")).total == 0


def test_numbers_are_stored_beside_a_keyed_hash(people: Ward, settings):
    PatientIdentifierFactory(patient=people.patient, value="X-1")
    stored = PatientIdentifier.unscoped.get().value_hash

    settings.IDENTIFIER_KEY = "another key"

    assert names.identifier_hash(people.organisation.pk, "X-1") != stored


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("14/03/1961", ["1961-03-14"]),
        ("3/14/1961", ["1961-03-14"]),
        ("14-03-1961", ["1961-03-14"]),
        ("14.3.1961", ["1961-03-14"]),
        ("14 March 1961", ["1961-03-14"]),
        ("1961年3月14日", ["1961-03-14"]),
        ("\uff11\uff14\uff0f03\uff0f1961", ["1961-03-14"]),
        ("02/07/1975", ["1975-07-02", "1975-02-07"]),
        ("wang 02/07/1975", ["1975-07-02", "1975-02-07"]),
        ("05/05/1975", ["1975-05-05"]),
        ("31/02/1975", []),
        ("1/2/3/1975", []),
    ],
)
def test_a_birth_date_as_people_say_it(people: Ward, text: str, days: list[str]):
    asked = patient_search.find(people.doctor, Query(text=text))

    assert [day.isoformat() for day in asked.birth_dates] == days


@pytest.mark.parametrize("text", ["07/02/1975", "02/07/1975"])
def test_a_date_that_means_two_days_finds_both(people: Ward, text: str):
    patient_of(people.doctor, team=people.team, family_name="Other", given_name="Day",
               birth_date=date(1975, 2, 7))  # fmt: skip

    assert found(people, text) == ["Other Day", "Wang Li"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zhang Wei", ["Zhang Wei", "Wei Zhang"]),
        ("wei zhang", ["Wei Zhang", "Zhang Wei"]),
        ("zhang, wei", ["Zhang Wei", "Wei Zhang"]),
        ("张伟", ["Zhang Wei"]),
        ("张 伟", ["Zhang Wei"]),
        ("Brien, Anne", ["O'Brien Anne-Marie"]),
        ("Smith，Li", ["Smith Li"]),
        ("wei", ["Wei Zhang", "Zhang Wei"]),
    ],
)
def test_whose_family_name_comes_first_stands_first(people: Ward, text: str, expected: list[str]):
    for family, given, native in (("Wei", "Zhang", "韦章"), ("Zhang", "Wei", "张伟")):
        patient_of(people.doctor, team=people.team, family_name=family, given_name=given,
                   native_name=native)  # fmt: skip

    assert found(people, text) == expected


def test_fields_of_their_own(people: Ward):
    query = Query(name="wang", birth_date="2-Jul-1975")

    assert [p.given_name for p in patient_search.find(people.doctor, query).patients] == ["Li"]


def test_a_date_that_means_two_days_is_asked_back(people: Ward):
    with pytest.raises(DomainError) as caught:
        patient_search.find(people.doctor, Query(birth_date="03/04/1961"))

    assert caught.value.pointers[0].pointer == "/birth_date"


@pytest.mark.parametrize(
    "text",
    ["1961-03-14", "14-Mar-1961", "14 mar 1961", "March 14, 1961", "1961年3月14日", "1961/3/14",
     "14.3.1961", "19610314", "14.March.1961"],
)  # fmt: skip
def test_dates_as_people_write_them(text: str):
    assert parse_date(text) == date(1961, 3, 14)


@pytest.mark.parametrize("text", ["", "31-Feb-1961", "14/3/1961", "1961", "soon", "1961-13-01"])
def test_what_is_no_date(text: str):
    assert parse_date(text) is None


def test_a_search_is_capped_and_says_how_many_there_are(ward: Ward, monkeypatch):
    monkeypatch.setattr(patient_search, "SHOWN", 3)
    for n in range(5):
        patient_of(ward.doctor, team=ward.team, family_name=f"Many{n}")

    result = patient_search.find(ward.doctor, Query(text="many"))

    assert (len(result.patients), result.total, result.is_capped) == (3, 5, True)


def test_the_trail_names_who_was_shown_and_not_what_was_asked(people: Ward):
    access.search_patients(people.doctor, Query(text="小明"))

    event = AuditEvent.objects.get()
    assert event.act == "patient.search"
    assert event.patients == [Patient.unscoped.get(given_name="Xiaoming").pk]
    assert "小明" not in json.dumps([event.detail, event.what, event.why], ensure_ascii=False)


def test_a_new_patient_is_found_without_further_ado(ward: Ward):
    patient = Patient(family_name="Løvås", given_name="Åse", native_name="")
    names.index(patient)

    assert patient.search_name == " lovas ase loevaas aase"
    assert patient.name_grams == []


SYLLABLES = [c + v for v in "aeiou" for c in "bgkt"]
CHARACTERS = [chr(0x5000 + 7 * n) for n in range(400)]


def many_people(ward: Ward, count: int) -> None:
    """Names that have little in common, a third of them Chinese as well."""
    rows = []
    for n in range(count):
        a, b, c = SYLLABLES[n % 20], SYLLABLES[n // 20 % 20], SYLLABLES[n // 400 % 20]
        patient = Patient(
            organisation=ward.organisation,
            family_name=f"{c}{a}{b}{a}".title(),
            native_name=CHARACTERS[n % 400] + CHARACTERS[(n * 7 + 3) % 400] if n % 3 == 0 else "",
            birth_date=date(1930 + n % 70, 1 + n % 12, 1 + n % 28),
        )
        names.index(patient)
        rows.append(patient)
    Patient.unscoped.bulk_create(rows)
    CareAssignment.unscoped.bulk_create(
        CareAssignment(patient=patient, team=ward.team) for patient in rows
    )
    as_superuser(["ANALYZE"])


@pytest.mark.django_db(transaction=True)
def test_names_are_found_through_the_indexes_made_for_them(ward: Ward):
    many_people(ward, 6000)

    for text, index in (
        ("bagagabaga", "patient_name_trigrams"),
        ("tokega", "patient_name_trigrams"),
        (CHARACTERS[33], "patient_name_grams"),
        (CHARACTERS[30] + CHARACTERS[213], "patient_name_grams"),
    ):
        everyone = Patient.objects.visible_to(ward.doctor)
        plan = patient_search.named(everyone, tuple(names.words(text))).explain()
        assert index in plan, plan
        assert "Seq Scan on records_patient" not in plan, plan


def queries_of(ward: Ward, query: Query) -> list[str]:
    """The plans of everything that one search asks of patients and their numbers."""
    with CaptureQueriesContext(connection) as asked:
        patient_search.find(ward.doctor, query)
    plans = []
    with connection.cursor() as cursor:
        for sql in (entry["sql"] for entry in asked if "records_" in entry["sql"]):
            cursor.execute(f"EXPLAIN {sql}")
            plans.append("\n".join(row[0] for row in cursor.fetchall()))
    return plans


@pytest.mark.django_db(transaction=True)
def test_birth_dates_and_numbers_are_found_through_their_indexes(ward: Ward):
    many_people(ward, 6000)
    PatientIdentifier.unscoped.bulk_create(
        PatientIdentifierFactory.build(
            patient=patient, organisation=ward.organisation, value=f"N-{n}"
        )
        for n, patient in enumerate(Patient.unscoped.all()[:4000])
    )
    as_superuser(["ANALYZE"])

    for query, index in (
        (Query(birth_date="1950-05-05"), "patient_birth_date"),
        (Query(identifier="N-17"), "value_hash"),
        (Query(text="3217"), "patient_identifier_parts"),
    ):
        plans = queries_of(ward, query)
        assert any(index in plan for plan in plans), plans
        assert not any("Seq Scan on records_patient " in plan for plan in plans), plans
        assert not any("Seq Scan on records_patientidentifier" in plan for plan in plans), plans
