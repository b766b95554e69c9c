"""The audit trail: one writer, in the transaction of the act, and nobody rewrites it."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import actions, acts, audit
from accounts.models import AuditEvent, CareTeam, User
from medportal.database.roles import acting_as
from tests.factories import OrganisationFactory, administrator_at, clinician_at
from tests.servers import superuser

pytestmark = pytest.mark.django_db


def test_an_event_says_who_what_and_whose():
    doctor = clinician_at(OrganisationFactory())
    patient = uuid4()

    audit.record(actor=doctor, act="patient.read", patients=[patient, patient], why="round")

    event = AuditEvent.objects.get()
    assert (event.actor_id, event.actor_name) == (doctor.pk, str(doctor))
    assert event.organisation_id == doctor.organisation_id
    assert event.patients == [patient]
    assert (event.act, event.why, event.outcome) == ("patient.read", "round", "success")


def test_an_act_that_is_rolled_back_leaves_no_event():
    with transaction.atomic():
        audit.record(actor=None, act="patient.read")
        transaction.set_rollback(True)

    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        audit.record(actor=None, act="patient.read")


@pytest.mark.django_db(transaction=True)
def test_a_refusal_outside_a_request_is_written_at_once_and_alone():
    audit.record_refused(actor=None, act="prediction.run", what="prediction:1")

    event = AuditEvent.objects.get()
    assert (event.act, event.outcome) == ("prediction.run", "refused")


@pytest.mark.django_db(transaction=True)
def test_a_refusal_inside_the_failing_transaction_is_a_mistake_of_the_caller():
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        audit.record_refused(actor=None, act="prediction.run")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditevent SET act = 'nothing'",
        "DELETE FROM accounts_auditevent",
        "TRUNCATE accounts_auditevent",
    ],
)
def test_the_application_cannot_rewrite_the_trail(statement):
    audit.record(actor=None, act="patient.read")

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement)

    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditevent SET act = 'nothing' WHERE false",
        "DELETE FROM accounts_auditevent",
        "TRUNCATE accounts_auditevent",
    ],
)
def test_not_even_a_superuser_rewrites_the_trail_by_a_plain_statement(statement):
    audit.record_refused(actor=None, act="patient.read")

    with (
        acting_as(superuser()),
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
    ):
        connection.cursor().execute(statement)

    assert AuditEvent.objects.count() == 1


def test_saving_an_event_again_is_refused():
    event = audit.record(actor=None, act="patient.read")
    event.act = "worklist.read"

    with pytest.raises(DatabaseError), transaction.atomic():
        event.save()


@pytest.mark.django_db(transaction=True)
def test_an_act_whose_event_cannot_be_written_does_not_happen():
    administrator = administrator_at(OrganisationFactory())
    with acting_as(superuser()), connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON accounts_auditevent FROM medportal_app")
    try:
        with pytest.raises(DatabaseError):
            actions.create_team(
                actor=administrator, organisation=administrator.organisation, name="Ward"
            )
        assert not CareTeam.objects.exists()
    finally:
        with acting_as(superuser()), connection.cursor() as cursor:
            cursor.execute("GRANT INSERT ON accounts_auditevent TO medportal_app")


def test_the_trail_outlives_what_it_speaks_of():
    pointing_away = [f for f in AuditEvent._meta.get_fields() if f.is_relation]

    assert pointing_away == []


def test_every_address_of_a_refusal_names_an_act_with_words():
    assert set(acts.ROUTES.values()) <= set(acts.LABELS)
    assert {*acts.OPENING, *acts.LEAVING} <= set(acts.LABELS)


def test_an_anonymous_actor_is_nobody():
    event = audit.record(actor=None, act="login.failed")

    assert (event.actor_id, event.actor_name, event.organisation_id) == (None, "", None)
    assert User.objects.count() == 0


def test_nobody_writes_into_the_past_or_chooses_a_number():
    before = timezone.now() - timedelta(minutes=1)
    long_ago = timezone.now() - timedelta(days=400)

    AuditEvent.objects.create(act="patient.read", at=long_ago, sequence=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_auditevent (id, at, sequence, actor_name, act, patients, what,"
            " why, source, channel, outcome, request_id, token_issuer, detail) VALUES"
            " (gen_random_uuid(), '2020-01-01', 1, '', 'login', '{}', '', '', '', '', 'success',"
            " '', '', '{}')"
        )

    first, second = AuditEvent.objects.order_by("sequence")
    assert first.at > before
    assert second.at > before
    assert 0 < first.sequence < second.sequence


def test_an_event_knows_its_time_and_number_at_once():
    event = audit.record(actor=None, act="patient.read")
    stored = AuditEvent.objects.get()

    assert (event.at, event.sequence) == (stored.at, stored.sequence)


@pytest.mark.django_db(transaction=True)
def test_an_act_that_is_rolled_back_leaves_a_hole_and_holds_nobody_up():
    with transaction.atomic():
        held = audit.record(actor=None, act="patient.read")
        apart = Thread(target=_record_apart)
        apart.start()
        apart.join(5)
        assert not apart.is_alive()  # while the first act goes on
        transaction.set_rollback(True)

    assert [event.sequence for event in AuditEvent.objects.all()] == [held.sequence + 1]


def _record_apart():
    audit.record_refused(actor=None, act="worklist.read")
    connection.close()
