"""Quotas: what counts, what happens at the limit, and that two at once do not slip past it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from diagnosis.inference.actions import cancel_prediction, request_prediction, run_again
from diagnosis.inference.before import quota as quotas
from diagnosis.inference.models import Job, Prediction
from diagnosis.registry.models import Quota
from diagnosis.registry.quota_actions import set_quota
from medportal.common.errors import DomainError
from tests.api.client import Caller
from tests.factories import (
    OrganisationFactory,
    PredictionFactory,
    QuotaFactory,
    ServiceFactory,
    administrator_at,
)
from tests.inference.test_races import at_once
from tests.runnable import ward

NOW = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)


def quota_of(heart, **fields):
    return QuotaFactory(service=heart.version.service, **fields)


def ask(heart, **fields):
    return request_prediction(actor=heart.doctor, request=heart.request(**fields))


@pytest.mark.django_db
def test_at_the_limit_a_run_is_refused_with_when_and_whom_to_ask():
    heart = ward()
    boss = administrator_at(heart.organisation, display_name="Ms Duarte")
    quota_of(heart, limit=1)
    ask(heart)

    with pytest.raises(DomainError) as refused:
        ask(heart)

    assert (refused.value.code, refused.value.status) == ("quota_used_up", 429)
    _, end = quotas.period("month", timezone.now())
    assert refused.value.retry_after == pytest.approx((end - timezone.now()).total_seconds(), abs=5)
    assert str(boss) in str(refused.value.message)
    assert Prediction.unscoped.count() == 1


@pytest.mark.django_db
def test_again_changed_inputs_and_refusals_count_and_what_was_taken_back_does_not():
    heart = ward()
    quota_of(heart, limit=4)
    first = ask(heart, idempotency_key="one")
    ask(heart, idempotency_key="one")  # the same request: no new run
    run_again(actor=heart.doctor, prediction=first)
    ask(heart, origin=Prediction.Origin.WHAT_IF)
    PredictionFactory(version=heart.version, state=Job.State.REFUSED, refusal={"code": "x"})
    with pytest.raises(DomainError, match="quota_used_up"):
        ask(heart)

    cancel_prediction(actor=heart.doctor, prediction=first)

    assert ask(heart).state == Job.State.QUEUED


@pytest.mark.django_db
def test_last_months_runs_other_services_and_other_houses_do_not_count():
    heart = ward()
    quota_of(heart, limit=1)
    start, _ = quotas.period("month", timezone.now())
    PredictionFactory(version=heart.version, requested_at=start - timedelta(seconds=1))
    PredictionFactory()

    assert ask(heart).pk


@pytest.mark.django_db
def test_a_quota_of_all_services_counts_them_together():
    heart = ward()
    other = ServiceFactory(organisation=heart.organisation, slug="pbc-prognosis")
    PredictionFactory(version__service=other)
    Quota.objects.create(organisation=heart.organisation, limit=1)

    with pytest.raises(DomainError, match="quota_used_up"):
        ask(heart)


@pytest.mark.parametrize(
    ("kind", "zone", "start", "end"),
    [
        ("day", "UTC", "2026-12-31T00:00+00:00", "2027-01-01T00:00+00:00"),
        ("month", "UTC", "2026-12-01T00:00+00:00", "2027-01-01T00:00+00:00"),
        ("month", "Asia/Shanghai", "2027-01-01T00:00+08:00", "2027-02-01T00:00+08:00"),
    ],
)
def test_a_period_is_of_the_portals_clock(kind, zone, start, end):
    with timezone.override(zone):
        assert quotas.period(kind, NOW) == (
            datetime.fromisoformat(start),
            datetime.fromisoformat(end),
        )


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_slip_past_the_limit():
    heart = ward()
    quota_of(heart, limit=3)
    ask(heart)

    ends = at_once(*[lambda: ask(heart) for _ in range(4)])

    assert sorted(str(end) for end in ends if isinstance(end, str)) == ["quota_used_up"] * 2
    assert Prediction.unscoped.count() == 3


@pytest.mark.django_db(transaction=True)
def test_over_rest_it_is_a_429_with_retry_after():
    heart = ward()
    quota_of(heart, limit=0)

    answer = Caller(heart.doctor).post(
        f"services/{heart.version.service.slug}/predictions", {"patient": str(heart.patient.pk)}
    )

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert answer.json()["code"] == "quota_used_up"
    assert AuditEvent.objects.get(act="prediction.request").outcome == "refused"


@pytest.mark.django_db
def test_an_administrator_sets_a_quota_in_the_admin_and_the_trail_knows(client_for):
    service = ServiceFactory()
    boss = administrator_at(service.organisation)
    page = reverse("admin:registry_quota_add")

    sent = {"service": str(service.pk), "period": "month", "warn_at": "8", "limit": "10"}
    answer = client_for(boss).post(page, sent)

    assert answer.status_code == 302, answer.context["errors"]
    quota = Quota.objects.get()
    assert (quota.organisation, quota.warn_at, quota.limit) == (service.organisation, 8, 10)
    event = AuditEvent.objects.get(act="quota.set")
    assert (event.actor_id, event.detail["limit"]) == (boss.pk, 10)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sent",
    [{"warn_at": "11", "limit": "10"}, {"warn_at": "-1"}, {"service": "other"}, {"twin": ""}],
)
def test_a_quota_that_makes_no_sense_is_refused_in_place(client_for, sent):
    service, foreign = ServiceFactory(), ServiceFactory()
    boss = administrator_at(service.organisation)
    if "twin" in sent:
        QuotaFactory(service=service)
    chosen = foreign if sent.get("service") else service
    body = {"period": "month", "warn_at": "", "limit": "10", **sent, "service": str(chosen.pk)}

    answer = client_for(boss).post(reverse("admin:registry_quota_add"), body)

    assert answer.status_code == 200
    assert answer.context["errors"]
    assert Quota.objects.count() == ("twin" in sent)


@pytest.mark.django_db
def test_nobody_sets_the_quota_of_another_house():
    quota = QuotaFactory()

    with pytest.raises(DomainError, match="not_allowed"):
        set_quota(actor=administrator_at(OrganisationFactory()), quota=quota)
