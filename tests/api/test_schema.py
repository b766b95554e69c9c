"""The description of the interface: valid, complete, and not for strangers."""

from __future__ import annotations

import io
import re

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern

from diagnosis.interop import rest
from tests.factories import OrganisationFactory, bearer_of, clinician_at
from tests.pages import drawn


def described() -> str:
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return out.getvalue()


def test_the_schema_is_valid_and_without_warnings():
    text = described()

    assert "/api/v1/services/{slug}/predictions:" in text
    assert not re.search(r"^  /api/v1/.*/:$", text, re.MULTILINE)


def test_every_address_is_named_once_and_works_with_and_without_its_slash():
    for pattern in rest.urlpatterns:
        assert isinstance(pattern, URLPattern)
        assert str(pattern.pattern).endswith("/?$")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/api/schema/", "/api/docs/"])
def test_strangers_do_not_read_it(address):
    assert Client().get(address).status_code in (401, 403)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/api/schema/", "/api/docs/"])
def test_a_login_or_a_token_opens_it(address, client_for):
    doctor = clinician_at(OrganisationFactory())

    assert client_for(doctor).get(address).status_code == 200
    assert Client().get(address, headers=bearer_of(doctor)).status_code == 200


@pytest.mark.django_db
def test_the_pages_of_the_description_come_from_here_alone(client_for):
    page = drawn(client_for(clinician_at(OrganisationFactory())).get("/api/docs/"))

    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", page)
    assert "<style" not in page
