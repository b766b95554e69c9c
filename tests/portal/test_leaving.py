"""An administrator hands over what somebody leaves undecided, without a look at any patient."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from diagnosis.inference.models import Prediction
from tests.factories import (
    OrganisationFactory,
    PredictionFactory,
    administrator_at,
    clinician_at,
    patient_of,
    published,
)
from tests.pages import drawn

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return OrganisationFactory()


@pytest.fixture
def leaver(house):
    return clinician_at(house)


@pytest.fixture
def colleague(house):
    return clinician_at(house)


@pytest.fixture
def waiting(house, leaver, colleague):
    """One result that the colleague may see, one that they may not, and one that is decided."""
    version = published(house)
    shared = patient_of(leaver, colleague, family_name="Vanterpool")
    own = patient_of(leaver, family_name="Vanterpool")

    def made(patient, **fields):
        return PredictionFactory(version=version, patient=patient, requested_by=leaver, **fields)

    decided = made(shared)
    Prediction.unscoped.filter(pk=decided.pk).update(decided_at=decided.finished_at)
    return made(shared), made(own), decided


def owners(rows):
    return [Prediction.unscoped.get(pk=row.pk).owner for row in rows]


def test_the_colleague_gets_what_they_may_see_and_the_trail_says_so(
    client_for, house, leaver, colleague, waiting
):
    administrator = administrator_at(house)
    browser, page = client_for(administrator), reverse("portal:leaver", args=[leaver.pk])

    shown = browser.get(page)
    assert (shown.context["total"], shown.context["takers"]) == (2, [(colleague, 1)])
    answer = browser.post(page, {"to": colleague.pk}, follow=True)

    assert owners(waiting) == [colleague, leaver, leaver]
    for said in (shown, answer):
        assert "Vanterpool" not in drawn(said)
        assert not any(str(row.pk) in drawn(said) for row in waiting)
    event = AuditEvent.objects.get(act="prediction.hand-over")
    assert (event.actor_id, event.patients) == (administrator.pk, [waiting[0].patient_id])
    assert (event.detail["predictions"], event.detail["left"]) == (1, 1)


@pytest.mark.parametrize("to", ["nobody", "outsider", "administrator", "stranger"])
def test_nobody_else_takes_over(client_for, house, leaver, waiting, to):
    administrator = administrator_at(house)
    people = {
        "outsider": clinician_at(house).pk,
        "administrator": administrator.pk,
        "stranger": clinician_at(OrganisationFactory()).pk,
    }
    page = reverse("portal:leaver", args=[leaver.pk])

    client_for(administrator).post(page, {"to": people.get(to, "")})

    assert owners(waiting) == [leaver, leaver, leaver]


def test_the_administrator_of_another_house_finds_nobody(client_for, leaver, colleague, waiting):
    browser = client_for(administrator_at(OrganisationFactory()))
    page = reverse("portal:leaver", args=[leaver.pk])

    assert browser.get(page).status_code == 404
    assert browser.post(page, {"to": colleague.pk}).status_code == 404
    assert owners(waiting) == [leaver, leaver, leaver]
