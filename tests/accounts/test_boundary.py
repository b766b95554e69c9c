"""What a request leaves behind when its act is refused or fails."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory
from django.urls import reverse

from accounts import acts, audit
from accounts.middleware import RequestFacts
from accounts.models import AuditEvent, Organisation
from accounts.request_facts import client_address
from diagnosis.records.models import Patient
from medportal.common.errors import DomainError
from medportal.database.roles import acting_as
from medportal.settings.base import ROOT
from tests.contracts.test_rights import NOT_IN_THE_TRAIL
from tests.factories import (
    ApiTokenFactory,
    OrganisationFactory,
    PatientFactory,
    bearer_of,
    clinician_at,
    nurse_at,
    patient_of,
    person_at,
)
from tests.pages import drawn
from tests.servers import superuser

pytestmark = pytest.mark.django_db

TOKENS = re.compile(r"\b[A-Za-z0-9]{64}\b")
FIELDS = {"note.pk", "note.kind", "note.author"}
"""Ways into a row that are spelled as an act is."""

ATTEMPT = "organisation that must not stay"


@pytest.fixture
def doctor():
    return clinician_at(OrganisationFactory())


def body_of(answer, asked_for):
    """What the page says, without the tokens of this one answer and the address it was asked at."""
    page = drawn(answer)
    for token in [answer["X-Request-ID"], str(asked_for), *set(TOKENS.findall(page))]:
        page = page.replace(token, "")
    return page


def through_the_boundary(user, view, path="/"):
    """``view`` as Django runs it: its transaction inside, the boundary outside."""
    request = RequestFactory().post(path)
    request.user, request.resolver_match, request.session = user, None, {}
    boundary = RequestFacts(lambda r: r)

    def get_response(asked):
        try:
            with transaction.atomic():
                return view(asked)
        except DomainError as error:
            return boundary.process_exception(asked, error)

    boundary.get_response = get_response
    return boundary(request)


def test_a_foreign_chart_and_a_missing_one_look_the_same_and_the_trail_knows(client_for, doctor):
    theirs = PatientFactory()
    client = client_for(doctor)
    missing = uuid4()

    answers = [client.get(reverse("portal:chart", args=[pk])) for pk in (theirs.pk, missing)]

    assert [a.status_code for a in answers] == [404, 404]
    assert body_of(answers[0], theirs.pk) == body_of(answers[1], missing)
    events = AuditEvent.objects.filter(act="patient.read").order_by("at")
    assert [(e.outcome, e.patients) for e in events] == [
        ("refused", [theirs.pk]),
        ("refused", [missing]),
    ]
    assert {e.actor_id for e in events} == {doctor.pk}
    assert events[0].request_id == answers[0]["X-Request-ID"]


def test_a_page_that_is_not_for_the_role_is_refused_with_a_reason(client_for, doctor):
    scientist = person_at(doctor.organisation, "data-scientist")

    answer = client_for(scientist).get(reverse("portal:audit"))

    assert answer.status_code == 403
    assert "Your role does not use this page." in drawn(answer)
    event = AuditEvent.objects.get(act="audit.search")
    assert (event.outcome, event.detail["status"]) == ("refused", 403)


def test_a_chart_that_opens_leaves_one_event(client_for, doctor):
    patient = patient_of(doctor)

    answer = client_for(doctor).get(reverse("portal:chart", args=[patient.pk]))

    assert answer.status_code == 200
    events = AuditEvent.objects.exclude(act="login")
    assert [(e.act, e.outcome, e.patients) for e in events] == [
        ("patient.read", "success", [patient.pk])
    ]


def test_what_a_refused_act_wrote_is_undone_and_its_refusal_stays(doctor):
    def view(_request):
        Organisation.objects.create(name=ATTEMPT)
        audit.record(actor=doctor, act="organisation.create")
        audit.record_refused(actor=doctor, act="organisation.create", detail={"code": "no"})
        raise DomainError("no", "Not today.", status=409)

    answer = through_the_boundary(doctor, view)

    assert answer.status_code == 409
    assert "Not today." in drawn(answer)
    assert not Organisation.objects.filter(name=ATTEMPT).exists()
    assert [e.outcome for e in AuditEvent.objects.all()] == ["refused"]


def test_a_refusal_is_written_once_however_it_ends(client_for, doctor):
    """An action that writes its own refusal is not counted again by the status of the answer."""

    def view(_request):
        audit.record_refused(actor=doctor, act="decision.record")
        raise DomainError("gone", "Gone.", status=404)

    through_the_boundary(doctor, view)

    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_read_whose_event_cannot_be_written_is_no_read(client_for, doctor):
    patient = patient_of(doctor)
    client = client_for(doctor)
    client.raise_request_exception = False
    with acting_as(superuser()), connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON accounts_auditevent FROM medportal_app")
    try:
        answer = client.get(reverse("portal:chart", args=[patient.pk]))
    finally:
        with acting_as(superuser()), connection.cursor() as cursor:
            cursor.execute("GRANT INSERT ON accounts_auditevent TO medportal_app")

    assert answer.status_code == 500
    assert patient.family_name not in drawn(answer)


@pytest.mark.django_db(transaction=True)
def test_a_refusal_that_cannot_be_written_is_an_error(client_for, doctor):
    client = client_for(doctor)
    with acting_as(superuser()), connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON accounts_auditevent FROM medportal_app")
    try:
        with pytest.raises(DatabaseError):
            client.get(reverse("portal:chart", args=[uuid4()]))
    finally:
        with acting_as(superuser()), connection.cursor() as cursor:
            cursor.execute("GRANT INSERT ON accounts_auditevent TO medportal_app")


def test_leaving_the_team_closes_the_chart_with_the_next_click(client_for, doctor):
    patient = patient_of(doctor, nurse_at(doctor.organisation))
    client = client_for(doctor)
    page = reverse("portal:chart", args=[patient.pk])
    assert client.get(page).status_code == 200

    doctor.memberships.update(ends_at=doctor.memberships.get().starts_at.replace(year=2999))
    assert client.get(page).status_code == 200
    doctor.memberships.all().delete()

    assert client.get(page).status_code == 404
    assert not Patient.objects.visible_to(doctor).exists()


def test_a_token_opens_the_interface_and_a_session_does_not(client, client_for, doctor):
    schema = reverse("schema")

    assert client.get(schema).status_code in (401, 403)
    assert client.get(schema, headers=bearer_of(doctor)).status_code == 200
    assert client.get(schema, headers={"Authorization": "Bearer"}).status_code == 401


def test_a_token_that_does_not_hold_is_401_and_in_the_trail(client, doctor):
    ApiTokenFactory(user=doctor)

    answer = client.get(reverse("schema"), headers={"Authorization": "Bearer mp_guess"})

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"]
    event = AuditEvent.objects.get()
    assert (event.act, event.outcome, event.channel) == ("token.refused", "refused", "api")
    assert "mp_guess" not in str(event.__dict__)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "10.9.9.9, 198.51.100.7", "198.51.100.7"),
        (2, "10.9.9.9, 198.51.100.7, 203.0.113.5", "198.51.100.7"),
        (2, "198.51.100.7", "192.0.2.1"),
    ],
)
def test_only_our_own_proxies_say_where_a_request_comes_from(settings, proxies, forwarded, address):
    settings.AXES_IPWARE_PROXY_COUNT = proxies
    request = RequestFactory(REMOTE_ADDR="192.0.2.1").get(
        "/", headers={"X-Forwarded-For": forwarded}
    )

    assert client_address(request) == address


def test_every_act_that_the_code_records_has_words():
    """Whatever stands in the trail can be read there by a person."""
    groups = {act.split(".")[0] for act in acts.LABELS if "." in act}
    spelled = re.compile(rf'"((?:{"|".join(sorted(groups))})\.[a-z-]+)"')
    files = re.compile(r"\.(json|log|html|py)$")
    used = set()
    for folder in ("accounts", "diagnosis", "medportal"):
        for path in (ROOT / folder).rglob("*.py"):
            used |= {act for act in spelled.findall(path.read_text()) if not files.search(act)}

    assert len(used) > 30
    assert used - set(acts.LABELS) - FIELDS - set(NOT_IN_THE_TRAIL) == set()


HERE, THERE = "192.0.2.10", "192.0.2.77"


def guess(client, address=HERE, secret="mp_guess", **headers):
    headers = {"Authorization": f"Bearer {secret}", **headers}
    return client.get("/api/v1/codes", headers=headers, REMOTE_ADDR=address)


def test_ten_wrong_tokens_lock_their_address_for_wrong_tokens_alone(client, doctor):
    token = ApiTokenFactory(user=doctor, name="works")
    answers = [guess(client).status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]

    locked = guess(client)
    assert 0 < int(locked["Retry-After"]) <= 15 * 60
    assert locked["Content-Type"] == "application/problem+json"
    assert guess(client, **{"X-Forwarded-For": THERE}).status_code == 429
    assert guess(client, THERE).status_code == 401
    assert guess(client, secret=f"mp_{token.name}").status_code == 200
    refused = AuditEvent.objects.filter(act="token.refused", source=HERE)
    assert refused.count() == 13
