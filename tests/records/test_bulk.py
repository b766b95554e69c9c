"""Another system sends its observations, and sends them again."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, Role
from diagnosis.records import actions
from diagnosis.records.actions import Item
from diagnosis.records.models import Observation
from medportal.common.errors import DomainError
from tests.factories import MembershipFactory, patient_of, person_at
from tests.records.conftest import Ward, given

AT = timezone.now().replace(microsecond=0) - timedelta(days=2)


@pytest.fixture
def laboratory(ward: Ward):
    client = person_at(ward.organisation, Role.SERVICE_CLIENT)
    MembershipFactory(team=ward.team, user=client)
    return client


def item(ward: Ward, identifier: str, value: float, at: datetime = AT, **fields) -> Item:
    what = given("2160-0", value, "mg/dL", source_identifier=identifier, observed_at=at, **fields)
    return Item(patient=ward.patient.pk, given=what)


def pressure(ward: Ward, code: str, value: float, unit: str = "mm[Hg]", name: str = "") -> Item:
    what = given(code, value, unit, source_identifier=name or f"p-{code}", observed_at=AT)
    return Item(patient=ward.patient.pk, given=what)


def test_pressures_of_one_moment_in_the_wrong_order_are_not_written(ward: Ward, laboratory):
    with pytest.raises(DomainError) as refused:
        send(laboratory, pressure(ward, "8462-4", 128), pressure(ward, "8480-6", 10.9, "kPa"))

    (found,) = refused.value.pointers
    assert (found.pointer, found.code) == ("/observations/1/value", "systolic_below_diastolic")
    assert current() == []


def test_several_pressures_of_one_moment_say_nothing_about_each_other(ward: Ward, laboratory):
    """Such as those of a day whose hours nobody wrote down."""
    both = [pressure(ward, "8480-6", 92), pressure(ward, "8462-4", 110)]
    sent = [*both, pressure(ward, "8480-6", 190, name="evening")]

    assert send(laboratory, *sent) == ["created"] * 3


def send(laboratory, *items: Item) -> list[str]:
    report = actions.upsert_observations(actor=laboratory, source="lab", items=items)
    return [one.result for one in report]


def current() -> list[float | None]:
    rows = Observation.unscoped.valid().order_by("source_identifier")
    return [row.value_number for row in rows]


def test_the_same_sending_twice_is_there_once(ward: Ward, laboratory):
    items = [item(ward, "a", 1.1), item(ward, "b", 1.2)]

    assert send(laboratory, *items) == ["created", "created"]
    assert send(laboratory, *items) == ["unchanged", "unchanged"]
    assert Observation.unscoped.count() == 2


def test_a_changed_value_takes_the_place_of_the_old_one(ward: Ward, laboratory):
    send(laboratory, item(ward, "a", 1.1), item(ward, "b", 1.2))

    assert send(laboratory, item(ward, "a", 1.4), item(ward, "b", 1.2)) == ["updated", "unchanged"]
    assert current() == [1.4, 1.2]
    new = Observation.unscoped.get(value_number=1.4)
    assert new.status == "corrected"
    assert new.replaces is not None
    assert new.replaces.value_number == 1.1
    assert send(laboratory, item(ward, "a", 1.4)) == ["unchanged"]


def test_preliminary_becomes_final(ward: Ward, laboratory):
    send(laboratory, item(ward, "a", 1.1, status="preliminary"))
    assert current() == []

    assert send(laboratory, item(ward, "a", 1.1)) == ["updated"]
    assert current() == [1.1]
    assert Observation.unscoped.get(is_current=True).status == "final"


def test_the_laboratory_takes_a_value_back(ward: Ward, laboratory):
    send(laboratory, item(ward, "a", 1.1))

    assert send(laboratory, item(ward, "a", 1.1, status="entered-in-error")) == ["updated"]
    assert current() == []


def test_all_or_nothing_with_a_pointer_to_each_bad_field(ward: Ward, laboratory):
    bad = Item(ward.patient.pk, given("2160-0", 1.1, source_identifier="b", observed_at=AT))
    with pytest.raises(DomainError) as caught:
        send(laboratory, item(ward, "a", 1.1), bad, item(ward, "a", 90.0), item(ward, "", 1.0))

    assert [(p.pointer, p.code) for p in caught.value.pointers] == [
        ("/observations/1/unit", "unit_missing"),
        ("/observations/2/value", "out_of_bounds"),
        ("/observations/2/source_identifier", "duplicate"),
        ("/observations/3/source_identifier", "identifier_missing"),
    ]
    assert not Observation.unscoped.exists()


def test_one_identifier_twice_in_a_sending_is_refused(ward: Ward, laboratory):
    with pytest.raises(DomainError) as caught:
        send(laboratory, item(ward, "a", 1.1), item(ward, "a", 1.2))

    assert caught.value.pointers[0].pointer == "/observations/1/source_identifier"


def test_a_foreign_patient_is_no_patient_and_nothing_is_written(ward: Ward, laboratory):
    theirs = patient_of(ward.elsewhere)
    wanted = given("2160-0", 1.0, "mg/dL", source_identifier="x", observed_at=AT)

    errors = []
    for patient in (theirs.pk, uuid4()):
        with pytest.raises(DomainError) as caught:
            send(laboratory, item(ward, "a", 1.1), Item(patient, wanted))
        errors.append((caught.value.code, caught.value.status, caught.value.pointers))

    assert errors[0] == errors[1]
    assert errors[0][:2] == ("patient_not_found", 404)
    assert not Observation.unscoped.exists()


def test_two_sources_may_use_one_identifier(ward: Ward, laboratory):
    send(laboratory, item(ward, "a", 1.1))
    actions.upsert_observations(actor=laboratory, source="other", items=[item(ward, "a", 1.3)])

    assert sorted(value or 0 for value in current()) == [1.1, 1.3]


def test_one_event_names_the_patients(ward: Ward, laboratory):
    send(laboratory, item(ward, "a", 1.1), item(ward, "b", 1.2))

    event = AuditEvent.objects.get()
    assert (event.act, event.patients) == ("observation.record", [ward.patient.pk])
    assert event.detail == {"created": 2, "updated": 0}


def test_a_hundred_cost_no_more_queries_than_two(
    ward: Ward, laboratory, django_assert_max_num_queries
):
    with django_assert_max_num_queries(9):
        send(laboratory, *(item(ward, f"n{n}", 1.0 + n / 100) for n in range(100)))


@pytest.mark.parametrize("count", [0, 1001])
def test_neither_nothing_nor_everything_at_once(ward: Ward, laboratory, count: int):
    with pytest.raises(DomainError):
        send(laboratory, *(item(ward, f"n{n}", 1.0) for n in range(count)))
