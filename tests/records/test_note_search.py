"""Searching in notes: what is found, how it is shown, to whom, and through which index."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from diagnosis.records import access, actions
from diagnosis.records.finding import note_search
from diagnosis.records.finding.excerpts import excerpts
from diagnosis.records.finding.note_search import NoteQuery
from diagnosis.records.models import Note
from medportal.common.errors import DomainError
from tests.api.client import Caller
from tests.factories import NoteFactory, clinician_at, patient_of
from tests.records.conftest import Ward
from tests.servers import as_superuser

LONG = "Complains of chest pain on exertion since May. " + "Nothing else of note. " * 12
NOTES = {
    "chest": LONG + "X-ray: no infiltrate. CK-MB normal.",
    "cafe": "Naïve to statins. Drinks one café au lait; O'Brien syndrome excluded.",
    "sugar": "患者有2型糖尿病，近日胸痛，无发热。",
    "liver": "肝硬化随访。Child-Pugh A. Bilirubin 1.4 mg/dL.",
}


@pytest.fixture
def written(ward: Ward) -> Ward:
    for n, (kind, text) in enumerate(NOTES.items()):
        at = timezone.now() - timedelta(days=n)
        NoteFactory(patient=ward.patient, kind=kind, text=text, written_at=at)
    return ward


def found(ward: Ward, text: str, **more) -> list[str]:
    hits = note_search.find(ward.doctor, NoteQuery(text, **more)).hits
    return [hit.note.kind for hit in hits]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("chest pain", ["chest"]),
        ("PAIN exertion", ["chest"]),
        ("infiltr", ["chest"]),
        ("x-ray", ["chest"]),
        ("ck", ["chest"]),
        ("mg", ["liver"]),
        ("ild", ["liver"]),  # within a word, from three letters on
        ("il", []),  # two letters are the start of a word
        ("naive CAFE", ["cafe"]),
        ("obrien", ["cafe"]),
        ("糖尿病", ["sugar"]),
        ("胸痛", ["sugar"]),
        ("痛", ["sugar"]),
        ("肝", ["liver"]),
        ("硬肝", []),
        ("肝硬化 child", ["liver"]),
        ("2型糖尿病", ["sugar"]),
        ("chest liver", []),
        ("%", None),
        ("  ", None),
        (" ".join("abcdefghi"), None),
    ],
)
def test_words_find_notes_as_people_write_them(written: Ward, text: str, kinds: list[str] | None):
    if kinds is None:
        with pytest.raises(DomainError) as caught:
            found(written, text)
        assert caught.value.pointers[0].pointer == "/text"
    else:
        assert found(written, text) == kinds


def shown(text: str, *words: str) -> list[str]:
    """Excerpts with the hits in brackets."""
    return [
        "".join(f"[{part.text}]" if part.is_hit else part.text for part in excerpt.parts)
        for excerpt in excerpts(text, words)
    ]


def test_a_hit_stands_in_what_was_written_around_it():
    (piece,) = excerpts(NOTES["chest"], ["infiltrate"])

    assert [part.text for part in piece.parts if part.is_hit] == ["infiltrate"]
    assert (piece.opens, piece.closes) == (False, True)
    assert len("".join(part.text for part in piece.parts)) < 200


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("One CAFÉ, two cafés.", ["cafe"], ["One [CAFÉ], two [café]s."]),
        ("O’Brien", ["obrien"], ["[O’Brien]"]),
        ("近日胸痛，无发热", ["胸痛", "热"], ["近日[胸痛]，无发[热]"]),
        ("semi mild MI", ["mi"], ["semi [mi]ld [MI]"]),
        ("aaaa", ["aaa"], ["[aaaa]"]),
        ("Straße", ["strasse"], ["[Straße]"]),
        ("\uff4d\uff47", ["mg"], ["[\uff4d\uff47]"]),  # full width
        ("nothing here", ["absent"], ["nothing here"]),
        ("<b>pain</b>", ["pain"], ["<b>[pain]</b>"]),
    ],
)
def test_hits_are_marked_where_they_were_written(text: str, words: list[str], expected: list[str]):
    assert shown(text, *words) == expected


def test_hits_far_apart_are_pieces_and_not_more_than_three():
    text = (" x" * 100).join(["pain"] * 5)
    assert len(shown(text, "pain")) == 3


def test_only_the_own_patients_notes_are_found(written: Ward):
    theirs = patient_of(written.elsewhere)
    NoteFactory(patient=theirs, kind="theirs", text="chest pain")

    assert found(written, "chest") == ["chest"]
    assert note_search.find(written.elsewhere, NoteQuery("chest")).patients == [theirs]


def test_patients_stand_together_whose_newest_hit_is_newest_first(written: Ward):
    other = patient_of(written.doctor, team=written.team)
    for days, kind in ((5, "old"), (0.5, "new")):
        at = timezone.now() - timedelta(days=days)
        NoteFactory(patient=other, kind=kind, text="pain", written_at=at)
    NoteFactory(patient=written.patient, kind="older", text="pain",
                written_at=timezone.now() - timedelta(days=3))  # fmt: skip

    assert found(written, "pain") == ["chest", "older", "new", "old"]
    assert found(written, "pain", patient=other) == ["new", "old"]


def test_a_search_is_paged_and_capped(written: Ward, monkeypatch):
    monkeypatch.setattr(note_search, "MOST", 5)
    monkeypatch.setattr(note_search, "PAGE", 2)
    for _ in range(9):
        NoteFactory(patient=written.patient, text="cough")

    pages = [note_search.find(written.doctor, NoteQuery("cough", page=n)) for n in (1, 3, 99)]

    assert [(p.page, p.pages, len(p.hits), p.is_capped) for p in pages] == [
        (1, 3, 2, True), (3, 3, 1, True), (3, 3, 1, True),
    ]  # fmt: skip


def test_the_trail_holds_a_keyed_hash_and_what_was_shown(written: Ward):
    access.search_notes(written.doctor, NoteQuery("糖尿病"))

    event = AuditEvent.objects.get(act="note.search")
    assert event.patients == [written.patient.pk]
    assert event.detail["notes"] == [str(Note.unscoped.get(kind="sugar").pk)]
    assert len(event.detail["hash"]) == 64
    everything = json.dumps([event.detail, event.what, event.why], ensure_ascii=False)
    assert "糖尿" not in everything


def test_a_note_is_found_however_it_came_into_the_chart(ward: Ward):
    actions.add_note(actor=ward.doctor, patient=ward.patient, text="Écharpe 绷带", kind="one")
    Note.unscoped.bulk_create(
        [Note(patient=ward.patient, written_at=timezone.now(), text="écharpe 绷带", kind="two")]
    )

    assert sorted(found(ward, "echarpe 绷带")) == ["one", "two"]


def test_rest_gives_the_same_and_points_at_what_cannot_be_asked(written: Ward):
    caller = Caller(written.doctor)

    body = caller.post("notes/search", {"text": "胸痛"}).json()

    (hit,) = body["results"]
    assert (body["count"], hit["kind"], hit["patient"]) == (1, "sugar", str(written.patient.pk))
    assert {"text": "胸痛", "is_hit": True} in hit["excerpts"][0]["parts"]
    for bad, pointer in (({"text": "%"}, "/text"), ({}, "/text"), ({"text": "a", "q": 1}, "/q")):
        answer = caller.post("notes/search", bad)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


def test_a_strangers_patient_and_a_missing_one_look_the_same(written: Ward):
    caller = Caller(clinician_at(written.organisation))

    answers = [
        caller.post("notes/search", {"text": "chest", "patient": str(pk)})
        for pk in (written.patient.pk, uuid4())
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()
    assert caller.post("notes/search", {"text": "chest"}).json()["count"] == 0


def test_a_search_asks_the_same_questions_however_much_it_shows(
    written: Ward, django_assert_max_num_queries
):
    for n in range(30):
        patient = patient_of(written.doctor, team=written.team)
        NoteFactory(patient=patient, text=f"cough {n}")
    with django_assert_max_num_queries(3):
        assert len(note_search.find(written.doctor, NoteQuery("cough")).hits) == 20


SYLLABLES = [c + v for v in "aeiou" for c in "bgkt"]


@pytest.mark.django_db(transaction=True)
def test_notes_are_found_through_the_indexes_made_for_them(ward: Ward):
    rare = [chr(0x5000 + 7 * n) for n in range(400)]
    Note.unscoped.bulk_create(
        Note(
            patient=ward.patient,
            written_at=timezone.now(),
            text=f"{SYLLABLES[n % 20]}{SYLLABLES[n // 20 % 20]}{SYLLABLES[n // 400 % 20]} seen "
            + rare[n % 400] + rare[(n * 7 + 3) % 400] + " quiet night" * 10,
        )
        for n in range(6000)
    )  # fmt: skip
    as_superuser(["ANALYZE"])

    for text, index in (
        ("bagabe", "note_trigrams"),
        (rare[33], "note_grams"),
        (rare[30] + rare[213], "note_grams"),
    ):
        rows = Note.objects.visible_to(ward.doctor)
        plan = note_search.holding(rows, note_search.understood(text)).explain()
        assert index in plan, plan
        assert "Seq Scan on records_note" not in plan, plan
