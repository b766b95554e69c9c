"""Usage: counted over the house's own runs, told without a patient, saved without a formula."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from io import StringIO

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, Role
from diagnosis.inference.lists.usage import Month, month_of, usage_of
from diagnosis.inference.models import Job
from medportal.common.errors import DomainError
from tests.api.client import Caller
from tests.factories import (
    ExplanationFactory,
    PredictionFactory,
    QuotaFactory,
    administrator_at,
    patient_of,
    person_at,
    published,
)
from tests.pages import drawn

State = Job.State


@pytest.fixture
def house(ward):
    """Four runs of this month by two who ask, one of last month, one of another house."""
    ward.version = published(ward.house)
    ward.boss = administrator_at(ward.house)
    ward.system = person_at(ward.house, Role.SERVICE_CLIENT, display_name='=HYPERLINK("x")')
    patient = patient_of(ward.doctor, family_name="Vanterpool")
    now = timezone.now()

    def ran(by, state=State.DONE, seconds=2.0, **fields):
        end = {"finished_at": now, "started_at": now - timedelta(seconds=seconds)}
        return PredictionFactory(
            version=ward.version, patient=patient, requested_by=by, state=state, **end | fields
        )

    done = ran(ward.doctor)
    ExplanationFactory(
        prediction=done, state=State.DONE, started_at=now - timedelta(seconds=1), finished_at=now
    )
    ran(ward.doctor, State.REFUSED, refusal={"code": "x"})
    ran(ward.system, State.FAILED, result=None)
    ran(ward.system, State.CANCELLED, result=None, started_at=None)
    ran(ward.doctor, requested_at=month_of("").start - timedelta(seconds=1))
    PredictionFactory()
    return ward


def test_runs_and_seconds_are_counted_by_service_person_and_day(house):
    month = month_of("")

    (whole,) = usage_of(house.house, month, ["service"])
    assert (whole.service, whole.runs, whole.done, whole.refused) == ("coronary-disease", 3, 1, 1)
    assert (whole.failed, whole.cancelled, whole.seconds) == (1, 1, 7.0)
    people = {line.person: line for line in usage_of(house.house, month, ["person"])}
    assert people["Dr Okafor"].runs == 2
    assert people[str(house.system)].kind == "system"
    (today,) = usage_of(house.house, month, ["day"])
    assert (today.day, today.runs) == (timezone.localdate(), 3)
    assert usage_of(house.house, month.previous, ["service"])[0].runs == 1


def test_a_month_is_of_the_portals_clock():
    with timezone.override("Asia/Shanghai"):
        month = Month(date(2026, 12, 1))

        assert month.start.isoformat() == "2026-12-01T00:00:00+08:00"
        assert str(month.following) == "2027-01"
    with pytest.raises(DomainError):
        month_of("2026-13")


def test_the_page_tells_it_with_the_quotas_and_without_a_patient(house, client_for):
    QuotaFactory(service=house.version.service, warn_at=2, limit=3)

    page = drawn(client_for(house.boss).get("/usage/"))

    assert "Dr Okafor" in page
    assert "used up" in page
    assert "Vanterpool" not in page
    assert AuditEvent.objects.get(act="usage.read").actor_id == house.boss.pk
    nonsense = client_for(house.boss).get("/usage/?month=<script>")
    assert nonsense.status_code == 200
    assert "<script>" not in drawn(nonsense).split("<main", 1)[1]


def test_the_table_that_is_saved_holds_no_formula(house, client_for):
    answer = client_for(house.boss).get("/usage/export/")

    rows = list(csv.DictReader(StringIO(drawn(answer))))
    assert answer["Content-Disposition"].startswith('attachment; filename="usage-20')
    assert {row["person"] for row in rows} == {"Dr Okafor", '\'=HYPERLINK("x")'}
    assert sum(int(row["runs"]) for row in rows) == 3
    assert "Vanterpool" not in drawn(answer)
    assert AuditEvent.objects.get(act="usage.export").what == f"usage/{month_of('')}"


def test_over_rest_it_has_pages_and_the_quotas(house):
    QuotaFactory(service=house.version.service, limit=10)

    answer = Caller(house.boss).get("usage", page_size=1).json()

    assert answer["count"] == 2
    assert answer["next"]
    assert answer["results"][0]["service"] == "coronary-disease"
    assert (answer["quotas"][0]["used"], answer["quotas"][0]["limit"]) == (3, 10)
    wrong = Caller(house.boss).get("usage", month="2026-00")
    assert (wrong.status_code, wrong.json()["errors"][0]["parameter"]) == (400, "month")


def test_another_houses_administrator_reads_nothing_of_it(house):
    elsewhere = PredictionFactory().organisation

    answer = Caller(administrator_at(elsewhere)).get("usage").json()

    assert [line["runs"] for line in answer["results"]] == [1]
    assert "Dr Okafor" not in str(answer)


@pytest.mark.parametrize("role", [r for r in Role if r != Role.ADMINISTRATOR])
def test_nobody_else_reads_usage(house, client_for, role):
    person = house.person(role)

    assert client_for(person).get("/usage/").status_code == 403
    assert client_for(person).get("/usage/export/").status_code == 403
    assert Caller(person).get("usage").status_code == 403
    assert not AuditEvent.objects.filter(act__startswith="usage.", outcome="success").exists()


def test_the_page_asks_a_bounded_number_of_questions(
    house, client_for, django_assert_max_num_queries
):
    client = client_for(house.boss)
    for slug in ("pbc-prognosis", "breast-mass", "flc-mortality"):
        version = published(house.house, slug)
        for _ in range(3):
            PredictionFactory(version=version, requested_by=house.person(Role.CLINICIAN))

    with django_assert_max_num_queries(22):
        client.get("/usage/")
