"""A patient whose birth date nobody knows: nothing that rests on an age is made up."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from diagnosis.inference.before.population import check_population
from diagnosis.portal.frame.identity import identities
from diagnosis.records import derived
from diagnosis.records.chart import read_chart
from diagnosis.records.models import Patient
from diagnosis.records.reading import feature_values
from tests.factories import ServiceFactory
from tests.records.conftest import Ward


@pytest.fixture
def unknown(ward: Ward) -> Patient:
    ward.patient.birth_date = None
    ward.patient.save()
    return ward.patient


def test_the_banner_says_so_and_shows_no_age(ward: Ward, unknown: Patient):
    who = identities([unknown])[unknown.pk]

    assert (who.born, who.age) == ("not known", "")


def test_no_formula_that_needs_an_age_is_computed(ward: Ward, unknown: Patient, observed):
    row = observed("2160-0", 1.9, "mg/dL", days=3)

    assert derived.egfr(unknown, [1.9], date(2026, 6, 1)) is None
    assert "egfr-ckd-epi-2021" not in {value.code for value in read_chart(unknown).derived}
    assert (row.reference_low, row.reference_high) == (None, None)  # the usual one is for adults


def test_the_age_is_missing_for_a_service_and_its_population_cannot_be_told(
    ward: Ward, unknown: Patient
):
    service = ServiceFactory(slug="coronary-disease")
    schema = service.sheet.features

    read = feature_values(unknown, schema, timezone.now())
    report = check_population(service, unknown, {})

    assert read["age"].status == "missing"
    assert not report.fits
    assert "age" in {finding.code for finding in report.findings}
