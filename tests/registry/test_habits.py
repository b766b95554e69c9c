"""How a house uses a service: an administrator's switches, by the administration."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from diagnosis.registry import actions
from diagnosis.registry.models import Service
from tests.factories import (
    OrganisationFactory,
    ServiceFactory,
    WardCaseFactory,
    administrator_at,
    clinician_at,
    data_scientist_at,
    service_data,
)
from tests.pages import drawn

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(db):
    return OrganisationFactory()


@pytest.fixture
def service(house):
    return ServiceFactory(organisation=house)


def switch(client, service, **on):
    return client.post(f"/admin/registry/service/{service.pk}/change/", on)


def test_an_administrator_switches_and_the_trail_says_what(client_for, house, service):
    answer = switch(client_for(administrator_at(house)), service, ask_own_estimate="on")

    service.refresh_from_db()
    assert answer.status_code == 302
    assert service.ask_own_estimate
    detail = AuditEvent.objects.get(act="service.change").detail
    assert (detail["before"]["ask_own_estimate"], detail["now"]["ask_own_estimate"]) == (
        False,
        True,
    )


def test_nothing_else_of_a_service_is_changed_there(client_for, house, service):
    slug, days = service.slug, service.validity_days
    switch(client_for(administrator_at(house)), service, slug="other", validity_days="1")

    service.refresh_from_db()
    assert (service.slug, service.validity_days) == (slug, days)


def test_the_ward_is_demanded_only_where_there_is_one(client_for, house, service):
    client = client_for(administrator_at(house))
    answer = switch(client, service, ward_before_first_run="on")
    assert answer.status_code == 200
    assert "This service has no training ward." in drawn(answer)

    WardCaseFactory(service=service)
    switch(client, service, ward_before_first_run="on")
    service.refresh_from_db()
    assert service.ward_before_first_run


def test_neither_a_doctor_nor_another_house_s_administrator_switches(client_for, house, service):
    for person in (clinician_at(house), administrator_at(OrganisationFactory())):
        switch(client_for(person), service, ask_own_estimate="on")

    service.refresh_from_db()
    assert not service.ask_own_estimate


def test_a_new_sheet_leaves_the_house_s_switch_as_it_is(house):
    sheet, schema = (service_data("coronary-disease", part) for part in ("service", "schema"))
    scientist = data_scientist_at(house)
    service = actions.define_service(actor=scientist, sheet=sheet, schema=schema)
    assert service.ask_own_estimate == sheet["ask_own_estimate"]
    Service.objects.filter(pk=service.pk).update(ask_own_estimate=not sheet["ask_own_estimate"])

    again = actions.define_service(actor=scientist, sheet=sheet, schema=schema)
    assert again.ask_own_estimate != sheet["ask_own_estimate"]
