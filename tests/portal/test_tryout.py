"""Try-out: values are tried on a run, nothing is stored, and nobody else may."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.core.cache import cache
from django.urls import reverse

from accounts.models import AuditEvent
from tests import runnable

pytestmark = pytest.mark.django_db
FIGURE = r'class="figure">(\d+)'
BY_SCRIPT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def no_limit_reached_before():
    cache.clear()


@pytest.fixture
def ward():
    return runnable.ward()


@pytest.fixture
def run(ward):
    return ward.run()


@pytest.fixture
def doctor(ward, client_for):
    return client_for(ward.doctor)


def address(run):
    return reverse("portal:prediction-try", args=[run.pk])


def moved(client, run, *, doubts=False, **values):
    where = address(run) + ("?doubts" if doubts else "")
    return client.post(where, {f"value_{n}": v for n, v in values.items()}, headers=BY_SCRIPT)


def contents():
    """Every row of every table, as it stands."""
    return {
        model.__name__: list(model._base_manager.order_by("pk").values())
        for app in ("accounts", "records", "registry", "inference", "operations", "sessions")
        for model in apps.get_app_config(app).get_models()
    }


def test_the_page_begins_at_the_values_and_the_number_of_the_run(doctor, run):
    page = doctor.get(address(run)).content.decode()

    assert 'value="132"' in page
    assert f"{round(run.probability * 100)}\u00a0%" in page
    assert "nothing is changed yet" in page


def test_a_moved_value_moves_the_number_and_says_from_where(doctor, run):
    answer = moved(doctor, run, st_depression="3.5", doubts=True).content.decode()

    after = int(re.search(r'class="figure">(\d+)', answer)[1])
    assert after > round(run.probability * 100)
    assert re.search(
        rf"From {round(run.probability * 100)}.% to {after}.% by ST depression", answer
    )
    assert "before: 1.0\u00a0mm" in answer


def test_nothing_is_stored_and_only_the_visit_leaves_an_event(doctor, run):
    doctor.get(reverse("portal:prediction", args=[run.pk]))  # the session's first page
    before = contents()
    doctor.get(address(run))
    event = AuditEvent.objects.latest("at")
    visited = contents()
    moved(doctor, run, cholesterol="300", systolic_bp="170")
    moved(doctor, run, cholesterol="no number")
    doctor.post(address(run), {"value_cholesterol": "210"})

    assert contents() == visited
    before.pop("AuditEvent")
    visited.pop("AuditEvent")
    assert visited == before
    assert (event.act, event.patients) == ("prediction.try", [run.patient_id])
    assert "300" not in str(event.detail)
