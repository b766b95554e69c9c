"""The demonstration, loaded once for the module and taken back at its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Organisation
from diagnosis.records.models import Patient
from diagnosis.registry.models import Service
from medportal.demo.loading import load

Patients = dict[tuple[str, str], Patient]


class _TakenBack(Exception):
    """Ends the transaction of the loaded demonstration."""


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Patients]:
    with django_db_blocker.unblock():
        try:
            with transaction.atomic():
                yield load("a password for the demonstration", say=lambda _line: None)
                raise _TakenBack
        except _TakenBack:
            pass


@pytest.fixture
def demonstration(loaded: Patients) -> Iterator[Patients]:
    """Patients by (service, row key); what a test changes is taken back."""
    try:
        with transaction.atomic():
            yield loaded
            raise _TakenBack
    except _TakenBack:
        pass


@pytest.fixture
def organisation(demonstration: Patients) -> Organisation:
    return Organisation.objects.get(is_demonstration=True)


@pytest.fixture
def services(organisation: Organisation) -> dict[str, Service]:
    return {s.slug: s for s in Service.objects.filter(organisation=organisation)}
