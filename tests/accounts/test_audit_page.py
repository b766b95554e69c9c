"""The privacy officer asks: who opened this patient, with which relation, what left the house."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from io import StringIO

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import actions, audit
from accounts.models import AuditEvent, Membership, Role
from accounts.request_facts import Facts, facts
from diagnosis.portal.audit import trail
from diagnosis.records import names
from diagnosis.records.models import PatientIdentifier
from tests.factories import (
    OrganisationFactory,
    PatientFactory,
    clinician_at,
    nurse_at,
    patient_of,
    person_at,
    privacy_officer_at,
    team_of,
)
from tests.pages import drawn

pytestmark = pytest.mark.django_db

PAGE = "portal:audit"


@pytest.fixture
def officer():
    return privacy_officer_at(OrganisationFactory())


@pytest.fixture
def doctor(officer):
    return clinician_at(officer.organisation)


@pytest.fixture
def browser(client_for, officer):
    return client_for(officer)


def named(patient):
    names.index(patient)
    patient.save()
    return patient


def ask(browser, **question):
    answer = browser.post(reverse(PAGE), question)
    assert answer.status_code == 200
    return answer


def acts_of(answer):
    return [line.event.act for line in answer.context["page"].lines]


@pytest.mark.parametrize("role", [r for r in Role if r != Role.PRIVACY_OFFICER])
def test_nobody_else_reads_the_trail(client_for, officer, role):
    browser = client_for(person_at(officer.organisation, role, is_superuser=True))

    assert browser.get(reverse(PAGE)).status_code == 403
    assert browser.post(reverse(PAGE), {"aim": "opened"}).status_code == 403


def test_the_trail_of_another_house_stays_there(browser):
    stranger = clinician_at(OrganisationFactory())
    audit.record(actor=stranger, act="patient.read")

    assert "patient.read" not in acts_of(browser.get(reverse(PAGE)))


def test_a_patient_is_found_by_name_and_by_number(browser, officer, doctor):
    patient = named(patient_of(doctor, family_name="Lindqvist", given_name="Maja"))
    number = PatientIdentifier.unscoped.create(
        patient=patient,
        organisation=officer.organisation,
        value="4010232137",
        value_hash=names.identifier_hash(officer.organisation_id, "4010232137"),
    )
    foreign = named(PatientFactory(family_name="Lindqvist"))

    for words in ("lindq", "Maja Lindqvist", number.value, "401 023 2137"):
        found = ask(browser, query=words).context["people"]
        assert [person.patient for person in found] == [patient]
    assert foreign not in [person.patient for person in found]


def test_the_search_for_a_patient_is_in_the_trail_without_its_words(browser, doctor):
    patient = named(patient_of(doctor, family_name="Lindqvist"))

    ask(browser, query="lindqvist")

    event = AuditEvent.objects.get(act="patient.search")
    assert event.patients == [patient.pk]
    assert "lindq" not in str(event.__dict__).lower()


def test_who_opened_this_patient_and_who_had_no_relation(browser, officer, doctor):
    patient = patient_of(doctor)
    curious = clinician_at(officer.organisation)
    for person in (doctor, doctor, curious):
        audit.record(actor=person, act="patient.read", patients=[patient.pk])
    audit.record(actor=doctor, act="prediction.print", patients=[patient.pk])

    answer = ask(browser, patient=patient.pk)

    readers = {r.person: (r.opened, r.left, r.has_relation) for r in answer.context["page"].readers}
    assert readers == {str(doctor): (3, 1, True), str(curious): (1, 0, False)}
    assert "no care relation today" in drawn(answer)


def test_a_relation_that_has_ended_is_none_today(browser, doctor):
    patient = patient_of(doctor)
    audit.record(actor=doctor, act="patient.read", patients=[patient.pk])
    assert acts_of(ask(browser, aim="unrelated")) == []

    Membership.objects.update(ends_at=timezone.now() - timedelta(seconds=1))

    assert acts_of(ask(browser, aim="unrelated")) == ["patient.read"]
    lines = ask(browser, patient=patient.pk).context["page"].lines
    assert [line.lacks_relation for line in lines if line.event.act == "patient.read"] == [True]


def test_a_relation_to_one_patient_is_none_to_another(browser, officer, doctor):
    own, other = patient_of(doctor), patient_of(nurse_at(officer.organisation))
    for patient in (own, other):
        audit.record(actor=doctor, act="patient.read", patients=[patient.pk])

    found = ask(browser, aim="unrelated").context["page"].lines

    assert [line.event.patients for line in found] == [[other.pk]]


def test_an_event_of_several_patients_lacks_a_relation_if_one_of_them_does(
    browser, officer, doctor
):
    own, other = patient_of(doctor), patient_of(nurse_at(officer.organisation))
    audit.record(actor=doctor, act="note.search", patients=[own.pk])
    audit.record(actor=doctor, act="note.search", patients=[own.pk, other.pk])
    audit.record(actor=doctor, act="note.search", patients=[])

    found = ask(browser, aim="unrelated").context["page"].lines

    assert [line.event.patients for line in found] == [[own.pk, other.pk]]
    assert [line.lacks_relation for line in found] == [True]


def test_what_left_the_house(browser, doctor):
    patient = patient_of(doctor)
    for act in ("patient.read", "prediction.read", "prediction.copy", "prediction.print"):
        audit.record(actor=doctor, act=act, patients=[patient.pk])
    with facts(Facts(channel="api")):
        audit.record(actor=doctor, act="prediction.read", patients=[patient.pk])

    found = acts_of(ask(browser, aim="left"))

    assert sorted(found) == ["prediction.copy", "prediction.print", "prediction.read"]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ({"act": "decision.record"}, 1),
        ({"outcome": "refused"}, 1),
        ({"since": "2999-01-01"}, 0),
        ({"until": "2001-01-01"}, 0),
        ({"aim": "opened"}, 2),
    ],
)
def test_the_trail_is_narrowed_down(browser, doctor, question, found):
    patient = patient_of(doctor)
    audit.record(actor=doctor, act="patient.read", patients=[patient.pk])
    audit.record(actor=doctor, act="patient.read", patients=[patient.pk], outcome="refused")
    audit.record(actor=doctor, act="decision.record", patients=[patient.pk])

    lines = ask(browser, person=doctor.pk, **question).context["page"].lines

    assert len(lines) == found


def test_days_the_wrong_way_round_are_refused(browser):
    answer = browser.post(reverse(PAGE), {"since": "2026-02-01", "until": "2026-01-01"})

    assert answer.status_code == 422


def test_a_patient_of_another_house_is_as_if_not_asked_for(browser, doctor):
    foreign = PatientFactory()
    audit.record(actor=doctor, act="patient.read", patients=[foreign.pk], outcome="refused")

    answer = ask(browser, patient=foreign.pk)

    assert answer.context["who"] is None
    assert foreign.family_name not in drawn(answer)


def test_fifty_events_a_page(browser, doctor):
    for _ in range(60):
        audit.record(actor=doctor, act="worklist.read")

    first = ask(browser, person=doctor.pk, act="worklist.read").context["page"]
    second = ask(browser, person=doctor.pk, act="worklist.read", page=2).context["page"]

    assert (len(first.lines), first.has_next) == (50, True)
    assert (len(second.lines), second.has_next) == (10, False)


def test_reading_the_trail_is_in_the_trail(browser, officer, doctor):
    patient = patient_of(doctor)

    ask(browser, patient=patient.pk, aim="opened")

    event = AuditEvent.objects.get(act="audit.search")
    assert (event.actor_id, event.patients) == (officer.pk, [patient.pk])
    assert event.detail["asked"] == ["patient", "aim"]


def test_the_page_tells_what_happened_in_words_in_both_languages(browser, officer, doctor):
    patient = patient_of(doctor)
    audit.record(actor=doctor, act="patient.read", patients=[patient.pk], why="on call")

    page = drawn(ask(browser, aim="opened"))
    assert "opened a chart" in page
    assert "«on call»" in page

    actions.set_language(actor=officer, language="zh-hans")
    assert 'lang="zh-Hans"' in drawn(ask(browser, aim="opened"))


def test_the_number_of_questions_to_the_database_does_not_grow_with_the_page(
    browser, officer, doctor, django_assert_max_num_queries
):
    team = team_of(doctor)
    for _ in range(20):
        patient = patient_of(doctor, team=team)
        audit.record(actor=doctor, act="patient.read", patients=[patient.pk])

    with django_assert_max_num_queries(16):
        ask(browser)


def table(answer):
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(StringIO(drawn(answer))))


def test_an_answer_is_taken_away_as_a_table_that_names_nobody_and_holds_no_formula(
    browser, officer
):
    cunning = clinician_at(officer.organisation, display_name="=HYPERLINK(1)")
    patient = patient_of(clinician_at(officer.organisation), family_name="Lindqvist")
    audit.record(actor=cunning, act="patient.read", patients=[patient.pk], why="+1")
    audit.record(actor=cunning, act="decision.record", patients=[patient.pk])

    answer = ask(browser, patient=patient.pk, aim="opened", form="csv")

    (row,) = table(answer)
    assert (row["who"], row["reason"]) == ("'=HYPERLINK(1)", "'+1")
    assert (row["act_code"], row["care_relation_today"]) == ("patient.read", "none")
    assert row["patients"] == str(patient.pk)
    assert "Lindqvist" not in drawn(answer)
    event = AuditEvent.objects.get(act="audit.export")
    assert (event.patients, event.detail["events"]) == ([patient.pk], 1)
    assert "audit-trail.csv" in answer["Content-Disposition"]


def test_a_table_holds_more_than_a_page_and_nothing_of_another_house(browser, doctor):
    for _ in range(60):
        audit.record(actor=doctor, act="worklist.read")
    audit.record(actor=clinician_at(OrganisationFactory()), act="worklist.read")

    assert len(table(ask(browser, act="worklist.read", form="csv"))) == 60


def test_an_answer_that_is_too_long_is_refused_and_not_cut(browser, doctor, monkeypatch):
    monkeypatch.setattr("diagnosis.portal.audit.views.MOST_ROWS", 2)
    for _ in range(3):
        audit.record(actor=doctor, act="worklist.read")

    answer = browser.post(reverse(PAGE), {"act": "worklist.read", "form": "csv"})

    assert answer.status_code == 422
    assert "narrow the question" in drawn(answer)
    assert not AuditEvent.objects.filter(act="audit.export", outcome="success").exists()


def line_of(doctor, patient, minutes, **parts):
    """An event of so many minutes ago, as the page shows it."""
    at = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=minutes)
    fields = {"act": "patient.read", "outcome": "success", "patients": [patient.pk], **parts}
    event = AuditEvent(actor_id=doctor.pk, actor_name=str(doctor), at=at, **fields)
    return trail.Line(event, "opened a chart", (), 1, lacks_relation=False)


def test_equal_acts_of_a_quarter_of_an_hour_are_one_group_and_no_event_is_lost(doctor):
    patient, other = patient_of(doctor), patient_of(doctor)
    found = [
        line_of(doctor, patient, 2),
        line_of(doctor, other, 5),
        line_of(doctor, patient, 9),
        line_of(doctor, patient, 10, outcome="refused"),
        line_of(doctor, patient, 11, act="patient.search"),
        line_of(doctor, patient, 12, channel="api"),
        line_of(doctor, patient, 17),
        line_of(doctor, patient, 18),
        line_of(doctor, patient, 33),
        line_of(doctor, patient, 34),
    ]

    groups = trail.grouped(found)

    assert [len(group.lines) for group in groups] == [3, 1, 1, 1, 1, 2, 1]
    assert [line for group in groups for line in group.lines if line.event.patients] == sorted(
        found, key=lambda line: next(i for i, g in enumerate(groups) if line in g.lines)
    )


def test_a_group_says_how_often_and_unfolds_each(browser, doctor):
    patient = named(patient_of(doctor))
    for n in range(3):
        audit.record(actor=doctor, act="patient.read", patients=[patient.pk], what=f"at/{n}")

    answer = ask(browser, person=doctor.pk, act="patient.read")

    page, text = answer.context["page"], drawn(answer)
    assert (len(page.groups), len(page.lines), page.first, page.last) == (1, 3, 1, 3)
    assert "3 times" in text
    for n in range(3):
        assert f"<code>at/{n}</code>" in text
    table = browser.post(reverse(PAGE), {"person": doctor.pk, "act": "patient.read", "form": "csv"})
    assert drawn(table).count("patient.read") == 3


@pytest.mark.parametrize(
    "day", ["14-Mar-2026", "2026-03-14", "14.3.2026", "14/03/2026", "2026年3月14日"]
)
def test_days_are_asked_in_the_portal_s_own_way(browser, day):
    answer = ask(browser, since=day, until=day)

    assert answer.context["form"].question.since == date(2026, 3, 14)
    assert f'value="{day}"' in drawn(answer)


@pytest.mark.parametrize("day", ["03/04/2026", "yesterday", "31-Feb-2026"])
def test_a_day_that_is_none_or_two_is_asked_back(browser, day):
    answer = browser.post(reverse(PAGE), {"since": day})

    assert answer.status_code == 422
    assert "since" in answer.context["form"].errors
