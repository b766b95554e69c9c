"""Searching in notes by page, and who looked at a chart."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from diagnosis.portal.chart import seen_by
from tests.factories import AuditEventFactory, NoteFactory
from tests.pages import drawn
from tests.servers import as_superuser


@pytest.fixture
def note(ward):
    return NoteFactory(patient=ward.patient, text="Chest <pain> since May", author="Dr Okafor")


def text_of(answer, status=200):
    assert answer.status_code == status
    return drawn(answer)


@pytest.mark.parametrize("one_chart", [True, False])
def test_a_hit_is_marked_and_opens_the_note_in_the_chart(ward, note, one_chart):
    chart = f"/patients/{ward.patient.pk}/"
    address = f"{chart}notes/" if one_chart else "/notes/"

    text = text_of(ward.as_nurse.post(address, {"query": "pain"}))

    assert "Chest &lt;<mark>pain</mark>&gt; since May" in text
    assert f'href="{chart}?note={note.pk}#note-{note.pk}"' in text
    (event,) = AuditEvent.objects.exclude(act="login")
    assert (event.act, event.patients) == ("note.search", [ward.patient.pk])


def test_an_old_note_that_was_found_stands_in_the_chart_open(ward, note):
    newer = [NoteFactory(patient=ward.patient, text="Quiet night") for _ in range(51)]
    type(note).unscoped.filter(pk=note.pk).update(written_at=timezone.now() - timedelta(days=9))
    chart = f"/patients/{ward.patient.pk}/"

    assert f'id="note-{note.pk}"' not in text_of(ward.as_doctor.get(chart))
    text = text_of(ward.as_doctor.get(chart, {"note": note.pk}))
    assert f'id="note-{note.pk}" open' in text
    assert f'id="note-{newer[-1].pk}"' in text


def test_a_note_of_another_chart_does_not_come_along(ward, note):
    foreign = NoteFactory(text="theirs")

    text = text_of(ward.as_doctor.get(f"/patients/{ward.patient.pk}/", {"note": foreign.pk}))

    assert f"note-{foreign.pk}" not in text
    assert "theirs" not in text


def test_a_question_without_a_word_is_asked_back(ward):
    text = text_of(ward.as_doctor.post("/notes/", {"query": " ! "}), 422)
    assert "Write at least one word" in text


@pytest.mark.parametrize("page", ["", "x", "-1", "0", "99999", "²"])
def test_a_page_that_makes_no_sense_is_the_nearest(ward, note, page):
    assert "<mark>" in text_of(ward.as_doctor.post("/notes/", {"query": "pain", "page": page}))


def test_to_a_stranger_neither_notes_nor_chart_exist(ward, note):
    assert "<mark>" not in text_of(ward.as_stranger.post("/notes/", {"query": "pain"}))
    address = f"/patients/{ward.patient.pk}/notes/"
    assert ward.as_stranger.post(address, {"query": "pain"}).status_code == 404


# --- who looked


def looked(ward, person, **fields):
    return AuditEventFactory(
        actor_id=person.pk,
        actor_name=str(person),
        organisation_id=ward.house.pk,
        patients=[ward.patient.pk],
        **fields,
    )


def test_the_chart_says_who_looked_at_it_and_when(ward):
    ward.as_nurse.get(f"/patients/{ward.patient.pk}/")

    text = text_of(ward.as_doctor.get(f"/patients/{ward.patient.pk}/"))

    part = text[text.index('id="seen-by"') :]
    part = part[: part.index("</section>")]
    assert part.index("Dr Okafor") < part.index("S. Lindgren")  # the reader's own look is in it
    assert part.count("<li>") == 2


def test_lists_refusals_machines_and_other_charts_are_no_looks(ward):
    looked(ward, ward.stranger, act="patient.read", outcome="refused")
    looked(ward, ward.stranger, act="patient.list")
    AuditEventFactory(act="prediction.read", patients=[ward.patient.pk])
    looked(ward, ward.nurse, act="prediction.print")

    assert [one.person for one in seen_by.seen_by(ward.doctor, ward.patient)] == ["S. Lindgren"]


def test_everybody_is_named_once_and_not_too_many_are(ward):
    for n in range(9):
        for _ in range(2):
            AuditEventFactory(
                actor_id=ward.person("nurse").pk, actor_name=f"Nurse {n}",
                organisation_id=ward.house.pk, patients=[ward.patient.pk],
            )  # fmt: skip
    looked(ward, ward.nurse)
    looked(ward, ward.nurse)

    people = [one.person for one in seen_by.seen_by(ward.doctor, ward.patient)]
    assert len(people) == seen_by.LAST
    assert people.count("S. Lindgren") == 1


@pytest.mark.django_db(transaction=True)
def test_who_looked_is_found_through_the_index_of_patients(ward):
    rows = [
        AuditEventFactory.build(
            act="patient.read", organisation_id=ward.house.pk, actor_id=ward.nurse.pk,
            patients=[ward.patient.pk if n % 500 == 0 else NoteFactory.build().pk],
        )
        for n in range(5000)
    ]  # fmt: skip
    AuditEvent.objects.bulk_create(rows)
    # What autovacuum does by and by: entries that wait are moved into the index.
    as_superuser(["SELECT gin_clean_pending_list('audit_patients')", "ANALYZE"])

    plan = seen_by.openings(ward.patient)[: seen_by.LAST].explain()

    assert "audit_patients" in plan, plan
    assert "Seq Scan" not in plan, plan
