"""What moved on while a form was open: 409, what it is now, and what was typed is kept."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.api_tokens.tokens import PREFIX
from accounts.models import AuditEvent
from diagnosis.inference.models import Decision, Prediction
from diagnosis.records.actions import correct_observation, withdraw_observation
from diagnosis.records.models import Observation
from diagnosis.records.validation import Given
from tests.api.client import Caller
from tests.factories import (
    ApiTokenFactory,
    MembershipFactory,
    ModelVersionFactory,
    ObservationFactory,
    clinician_at,
    published,
)
from tests.inference.test_races import at_once
from tests.pages import drawn
from tests.portal.results import finished, version_of
from tests.portal.test_run import fields

pytestmark = pytest.mark.django_db
CONFLICT = 409


def said(answer: Any) -> str:
    return html.unescape(drawn(answer))


@pytest.fixture
def pressure(ward):
    return ObservationFactory(patient=ward.patient, value_number=132.0)


@pytest.fixture
def colleague(ward):
    found = clinician_at(ward.house, display_name="Dr Lam")
    MembershipFactory(team=ward.team, user=found)
    return found


def correction(ward, row: Observation) -> str:
    return f"/patients/{ward.patient.pk}/observations/{row.pk}/correct/"


def misread(value: float) -> dict[str, Any]:
    return {
        "given": Given(code="8480-6", value=value, unit="mm[Hg]"),
        "reason": "misread by ten",
    }


def test_a_value_that_a_colleague_corrected_meanwhile(ward, pressure, colleague):
    mine = {
        "value": "128", "unit": "mm[Hg]", "reason": "second reading", "act": "correct",
        "observed_at": timezone.localtime(pressure.observed_at).strftime("%Y-%m-%d %H:%M"),
    }  # fmt: skip
    newer = correct_observation(actor=colleague, observation=pressure, **misread(142))

    late = ward.as_doctor.post(correction(ward, pressure), mine)

    text = said(late)
    assert late.status_code == CONFLICT
    assert "By now 142 mmHg stands there." in text
    assert "Dr Lam" in text
    assert "misread by ten" in text
    assert 'name="value" value="128"' in text
    assert "second reading" in text
    assert Observation.unscoped.filter(replaces=newer).count() == 0
    (again,) = re.findall(r'<form class="card" method="post"[^>]* action="([^"]*)"', text)
    assert ward.as_doctor.post(again, mine).status_code == 302
    assert Observation.unscoped.get(replaces=newer).value_number == 128


def test_a_value_that_a_colleague_withdrew_meanwhile(ward, pressure, colleague):
    withdraw_observation(actor=colleague, observation=pressure, reason="of another patient")

    late = ward.as_doctor.post(
        correction(ward, pressure), {"act": "withdraw", "withdrawal-reason": "wrong arm"}
    )

    assert late.status_code == CONFLICT
    assert "This value was withdrawn meanwhile." in said(late)
    assert "wrong arm" in said(late)
    assert Observation.unscoped.count() == 2


def test_rest_tells_the_same(ward, pressure, colleague):
    correct_observation(actor=colleague, observation=pressure, **misread(142))

    late = Caller(ward.doctor).post(
        f"observations/{pressure.pk}/correct", {"value": 128, "unit": "mm[Hg]", "reason": "x"}
    )

    assert (late.status_code, late.json()["code"]) == (CONFLICT, "already_replaced")


@pytest.fixture
def heart(ward):
    """The coronary service's form on a chart with one pressure."""
    return published(ward.house, "coronary-disease")


def form_of(ward, version) -> str:
    return f"/patients/{ward.patient.pk}/services/{version.service.slug}/"


def test_a_chart_that_moved_on_while_the_form_was_open(ward, heart, pressure, colleague):
    url = form_of(ward, heart)
    opened = {**fields(ward.as_doctor.get(url)), "value_cholesterol": "251"}
    correct_observation(actor=colleague, observation=pressure, **misread(142))

    late = ward.as_doctor.post(url, opened)

    text = said(late)
    assert late.status_code == CONFLICT
    assert "«132 mm[Hg]» then, «142 mm[Hg]» now" in text
    assert 'name="value_cholesterol" value="251"' in text
    assert 'name="value_systolic_bp" value="142"' in text, "untouched: the chart's own value"
    assert not Prediction.unscoped.exists()
    assert ward.as_doctor.post(url, fields(late)).status_code == 302
    made = Prediction.unscoped.get()
    assert made.inputs["systolic_bp"]["converted"] == 142
    assert made.origin == Prediction.Origin.PORTAL


def test_a_version_that_was_published_while_the_form_was_open(ward, heart):
    url = form_of(ward, heart)
    opened = {**fields(ward.as_doctor.get(url)), "value_cholesterol": "251"}
    heart.state = "retired"
    heart.save()
    newer = ModelVersionFactory(service=heart.service)

    late = ward.as_doctor.post(url, opened)

    assert late.status_code == CONFLICT
    assert f"version {newer.number} of the service was published" in said(late)
    assert 'name="value_cholesterol" value="251"' in said(late)
    assert not Prediction.unscoped.exists()
    assert ward.as_doctor.post(url, fields(late)).status_code == 302
    assert Prediction.unscoped.get().version == newer


def test_a_colleague_who_decided_while_the_page_was_open(ward, colleague, client_for):
    result = finished(version_of(ward.house), ward.doctor, ward.patient)
    url = f"/predictions/{result.pk}/decision/"
    client_for(colleague).post(
        url, {"amends": "", "assessment": "about-right", "action": "biopsy", "comment": "Seen."}
    )
    mine = {
        "amends": "", "assessment": "too-high", "reason": "other", "action": "other",
        "action_text": "Ask the tumour board", "comment": "Known cyst.",
    }  # fmt: skip

    late = ward.as_doctor.post(url, mine)

    text = said(late)
    assert late.status_code == CONFLICT
    assert "A colleague has decided since you opened this." in text
    assert "Dr Lam" in text
    assert "Ask the tumour board" in text
    assert Decision.unscoped.count() == 1
    (stands,) = re.findall(r'name="amends" value="([^"]*)"', text)
    assert ward.as_doctor.post(url, {**mine, "amends": stands}).status_code == 302
    assert Decision.unscoped.get(amends=stands).comment == "Known cyst."


@pytest.mark.parametrize("amends", [None, "other"])
def test_rest_may_say_which_decision_it_has_read(ward, colleague, amends):
    result = finished(version_of(ward.house), ward.doctor, ward.patient)
    url = f"predictions/{result.pk}/decisions"
    mine = {"assessment": "about-right", "action": "biopsy"}
    first = Caller(colleague).post(url, {**mine, "amends": None}).json()

    unread = amends and str(uuid4())
    late = Caller(ward.doctor).post(url, {**mine, "amends": unread})
    read = Caller(ward.doctor).post(url, {**mine, "amends": first["id"]})
    silent = Caller(ward.doctor).post(url, mine)

    assert (late.status_code, late.json()["code"]) == (CONFLICT, "decided_meanwhile")
    assert late.json()["errors"][0]["pointer"] == "/amends"
    assert (read.status_code, silent.status_code) == (201, 201)


def typed_answers(ward, version) -> tuple[str, dict[str, str]]:
    """A form on which something is answered that the chart does not hold."""
    url = form_of(ward, version)
    return url, {**fields(ward.as_doctor.get(url)), "value_cholesterol": "251"}


def test_a_form_that_is_sent_again_leads_to_the_same_result(ward, heart, pressure):
    """Its first answers are in the chart by now; it is a second click all the same."""
    url, sent = typed_answers(ward, heart)

    first, second = (ward.as_doctor.post(url, sent) for _ in range(2))

    assert first.url == second.url
    assert Prediction.unscoped.count() == 1
    assert Observation.unscoped.filter(code="2093-3").count() == 1


def test_a_form_that_is_opened_again_and_left_alone_leads_to_the_same_result(ward, heart, pressure):
    """Browser back fetches it anew: another form, the same question."""
    url, sent = typed_answers(ward, heart)
    first = ward.as_doctor.post(url, sent)

    again = ward.as_doctor.post(url, fields(ward.as_doctor.get(url)))
    other = ward.as_doctor.post(
        url, {**fields(ward.as_doctor.get(url)), "value_peak_heart_rate": "150"}
    )

    assert again.url == first.url
    assert other.url != first.url
    assert Prediction.unscoped.count() == 2


def test_what_was_run_long_ago_or_by_a_colleague_is_run_anew(ward, heart, pressure, client_for):
    url, sent = typed_answers(ward, heart)
    first = ward.as_doctor.post(url, sent)
    colleague = clinician_at(ward.house)
    MembershipFactory(team=ward.team, user=colleague)
    theirs = client_for(colleague)
    assert theirs.post(url, fields(theirs.get(url))).url != first.url

    Prediction.unscoped.update(requested_at=timezone.now() - timedelta(minutes=11))
    assert ward.as_doctor.post(url, fields(ward.as_doctor.get(url))).url != first.url


def test_another_form_after_browser_back_is_asked_back(ward, heart, pressure):
    url, sent = typed_answers(ward, heart)
    ward.as_doctor.post(url, sent)

    other = ward.as_doctor.post(url, {**sent, "value_cholesterol": "260"})

    assert other.status_code == 409
    assert "already run with other values" in said(other)
    assert Prediction.unscoped.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_store_and_run_once(ward, heart, pressure, client_for):
    url, sent = typed_answers(ward, heart)
    browsers = [client_for(ward.doctor) for _ in range(2)]

    answers = at_once(*[lambda b=b: b.post(url, sent) for b in browsers])

    assert {answer.status_code for answer in answers} == {302}
    assert len({answer.url for answer in answers}) == 1
    assert Prediction.unscoped.count() == 1
    assert Observation.unscoped.filter(code="2093-3").count() == 1


def test_a_session_that_ended_while_typing_asks_for_the_login_and_writes_nothing(ward, heart):
    url, sent = typed_answers(ward, heart)
    ward.as_doctor.logout()

    answer = ward.as_doctor.post(url, sent)

    assert (answer.status_code, answer.url) == (302, f"/accounts/login/?next={url}")
    assert not Prediction.unscoped.exists()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"expires_at": timezone.now() - timedelta(days=2)}, "token_expired"),
        ({"revoked_at": timezone.now() - timedelta(days=2)}, "token_revoked"),
        ({"digest": "0" * 64}, "token_not_valid"),
    ],
)
def test_a_token_that_ended_says_how(ward, fields, code):
    token = ApiTokenFactory(user=ward.doctor, **fields)
    bearer = {"Authorization": f"Bearer {PREFIX}{token.name}"}

    answer = ward.as_stranger.get("/api/v1/patients", headers=bearer)

    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer["WWW-Authenticate"] == "Bearer"
    assert AuditEvent.objects.filter(act="token.refused").count() == 1


def test_of_a_person_who_left_nobody_learns_how_the_token_ended(ward):
    token = ApiTokenFactory(user=ward.doctor, expires_at=timezone.now() - timedelta(days=2))
    ward.doctor.is_active = False
    ward.doctor.save()
    bearer = {"Authorization": f"Bearer {PREFIX}{token.name}"}

    answer = ward.as_stranger.get("/api/v1/patients", headers=bearer)

    assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")
