"""Limits answer 429 with Retry-After, one user at a time."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from rest_framework.throttling import UserRateThrottle

from tests.api.client import Caller
from tests.factories import OrganisationFactory, clinician_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def _two_a_minute(monkeypatch):
    cache.clear()
    monkeypatch.setattr(UserRateThrottle, "rate", "2/min", raising=False)
    yield
    cache.clear()


@pytest.mark.usefixtures("_two_a_minute")
def test_who_asks_too_often_hears_when_to_come_back():
    hospital = OrganisationFactory()
    eager, patient = Caller(clinician_at(hospital)), Caller(clinician_at(hospital))

    answers = [eager.get("services") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 61
    assert answers[-1]["Content-Type"] == "application/problem+json"
    assert patient.get("services").status_code == 200
