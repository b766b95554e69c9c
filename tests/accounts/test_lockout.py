"""Ten wrong passwords end it: at the login, and behind a session that somebody left open."""

from __future__ import annotations

from importlib import import_module

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import ApiToken, AuditEvent, Role
from diagnosis.registry.models import ModelVersion
from tests.factories import (
    PASSWORD,
    ModelVersionFactory,
    OrganisationFactory,
    ServiceFactory,
    clinician_at,
    patient_of,
    person_at,
    team_of,
)
from tests.pages import drawn

pytestmark = pytest.mark.django_db

WRONG = "not the password at all"
NEW = "marmalade otter quartz lantern"


@pytest.fixture
def doctor():
    return clinician_at(OrganisationFactory(), username="dr.li")


@pytest.fixture
def questions(client_for, doctor):
    """Every place that asks a logged-in person for their password: who, where, with what."""
    patient = patient_of(doctor, team=team_of(doctor))
    reviewer = person_at(doctor.organisation, Role.REVIEWER)
    version = ModelVersionFactory(
        service=ServiceFactory(organisation=doctor.organisation),
        state=ModelVersion.State.SUBMITTED,
    )
    token = {"name": "notebook", "days": 30, "scopes": ["read"]}
    return {
        "accounts:token-issue": (doctor, {}, token),
        "accounts:sessions-end": (doctor, {}, {}),
        "account_change_password": (doctor, {}, {"new_password": NEW, "again": NEW}),
        "interop:export": (doctor, {"patient": patient.pk}, {"form": "fhir", "purpose": "care"}),
        "portal:version-approve": (reviewer, {"version": version.pk}, {}),
    }


QUESTIONS = [
    "accounts:token-issue",
    "accounts:sessions-end",
    "account_change_password",
    "interop:export",
    "portal:version-approve",
]


@pytest.mark.parametrize("route", QUESTIONS)
def test_ten_wrong_passwords_behind_a_session_end_it(client_for, questions, route):
    person, where, given = questions[route]
    browser = client_for(person)
    asked = reverse(route, kwargs=where)

    answers = [browser.post(asked, given | {"password": WRONG}) for _ in range(10)]

    assert {answer.status_code for answer in answers[:9]} <= {200, 400, 422}
    assert answers[9].status_code == 429
    assert int(answers[9]["Retry-After"]) == 15 * 60
    assert "session has ended" in drawn(answers[9])
    assert browser.get(reverse("accounts:account")).status_code == 302
    failed = AuditEvent.objects.filter(act="login.failed", actor_id=person.pk)
    assert failed.count() == 10
    assert failed.first().detail["asked_by"] == route


def test_they_count_with_those_of_the_login_and_from_page_to_page(client_for, questions, doctor):
    browser = client_for(doctor)
    for route in ("accounts:token-issue", "accounts:sessions-end", "account_change_password"):
        _, where, given = questions[route]
        for _ in range(3):
            browser.post(reverse(route, kwargs=where), given | {"password": WRONG})

    last = Client().post(reverse("account_login"), {"login": "dr.li", "password": WRONG})
    right = browser.post(reverse("accounts:sessions-end"), {"password": PASSWORD})

    assert last.status_code == 429
    assert right.status_code == 429  # and not even the right one opens now
    assert not ApiToken.objects.exists()


def test_a_slip_ends_nothing(client_for, doctor):
    browser = client_for(doctor)
    browser.post(reverse("accounts:sessions-end"), {"password": WRONG})

    assert browser.post(reverse("accounts:sessions-end"), {"password": PASSWORD}).status_code == 200


def test_nothing_that_was_typed_is_kept_in_clear(client, client_for, doctor):
    client.post(reverse("account_login"), {"login": "my secret passphrase", "password": WRONG})
    client.post(reverse("account_login"), {"login": "dr.li", "password": WRONG, "next": "/my/"})
    given = {"password": WRONG, "new_password": NEW, "again": NEW}
    client_for(doctor).post(reverse("account_change_password"), given)

    kept = str(list(AccessAttempt.objects.values()))

    assert AccessAttempt.objects.count() == 2
    for typed in ("my secret passphrase", "dr.li", WRONG, NEW, "/my/"):
        assert typed not in kept


def test_names_that_were_kept_in_clear_are_forgotten_by_the_migration():
    AccessAttempt.objects.create(username="my secret passphrase", failures_since_start=1)
    migration = import_module("accounts.migrations.0007_forget_tried_names")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(migration.FORWARD)

    assert not AccessAttempt.objects.exists()


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Too many attempts"), ("zh-hans", "尝试次数过多")]
)
def test_too_many_logins_from_one_place_get_a_page_of_ours(client, settings, language, words):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    tried = {"login": "somebody", "password": WRONG}

    answers = [client.post(reverse("account_login"), tried) for _ in range(2)]

    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] == "60"
    assert words in drawn(answers[-1])
    assert "429.html" in [t.name for t in answers[-1].templates]


def test_the_lock_says_when_to_come_back(client, doctor):
    tried = {"login": doctor.username, "password": WRONG}
    answers = [client.post(reverse("account_login"), tried) for _ in range(10)]

    assert answers[-1]["Retry-After"] == str(int(settings.AXES_COOLOFF_TIME * 3600))
