"""The reviewer's queue: what waits, since when, and what is odd about it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role
from diagnosis.registry.models import ModelVersion
from tests.factories import (
    OrganisationFactory,
    ServiceFactory,
    data_scientist_at,
    reviewer_at,
    with_sheet,
)
from tests.portal.results import version_of
from tests.portal.test_result import text_of

State = ModelVersion.State


@pytest.fixture
def reviewer(ward):
    return reviewer_at(ward.house)


def waiting(service, by, days):
    return version_of(
        service=service,
        state=State.SUBMITTED,
        submitted_by=by,
        submitted_at=timezone.now() - timedelta(days=days),
    )


def test_the_oldest_waits_first_with_its_age_submitter_and_contradictions(ward, reviewer):
    scientist = data_scientist_at(ward.house, display_name="P. Rao")
    service = ServiceFactory(organisation=ward.house, slug="breast-mass")
    with_sheet(service, contradiction_notes={})
    young = waiting(service, scientist, 2)
    old = waiting(service, scientist, 9)

    page = ward.client_for(reviewer).get("/reviews/")
    text = text_of(page)

    assert [row.version for row in page.context["rows"]] == [old, young]
    assert "P. Rao" in text
    assert "9 days" in text
    assert "⚠ 1 · 1 without explanation" in text


def test_an_empty_queue_says_how_something_would_come(ward, reviewer):
    text = text_of(ward.client_for(reviewer).get("/reviews/"))

    assert "No version waits for a review. A data scientist submits one from its page." in text


def test_what_waits_elsewhere_is_not_in_the_queue(ward, reviewer):
    elsewhere = OrganisationFactory()
    waiting(
        ServiceFactory(organisation=elsewhere, slug="breast-mass"), data_scientist_at(elsewhere), 1
    )

    assert ward.client_for(reviewer).get("/reviews/").context["rows"] == []


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.NURSE, Role.DATA_SCIENTIST])
def test_only_reviewers_have_a_queue(ward, role):
    assert ward.client_for(ward.person(role)).get("/reviews/").status_code == 403
