"""«My estimates»: figures from twenty on, honest words before, and nobody else's."""

from __future__ import annotations

import pytest

from accounts.models import Role
from tests.factories import (
    ModelVersionFactory,
    OutcomeFactory,
    OwnEstimateFactory,
    PredictionFactory,
    ServiceFactory,
    clinician_at,
)
from tests.pages import drawn
from tests.portal.test_result import text_of


@pytest.fixture
def version(ward):
    return ModelVersionFactory(
        service=ServiceFactory(organisation=ward.house, slug="breast-mass", ask_own_estimate=True)
    )


def estimated(ward, version, n, by=None):
    """Half of them had it, and were told apart."""
    for i in range(n):
        prediction = PredictionFactory(
            version=version, requested_by=ward.doctor, headline=0.6 if i % 2 else 0.3
        )
        OwnEstimateFactory(
            prediction=prediction, by=by or ward.doctor, value=0.85 if i % 2 else 0.075
        )
        OutcomeFactory(service=version.service, patient=prediction.patient, event=bool(i % 2))


def test_whoever_estimated_nothing_is_told_so(ward):
    assert "None yet." in text_of(ward.as_doctor.get("/estimates/"))


def test_under_twenty_it_is_too_few_to_say(ward, version):
    estimated(ward, version, 7)
    text = text_of(ward.as_doctor.get("/estimates/"))

    assert "7 patients of whom it is known what happened; it happened to 3 (43 %)." in text
    assert "Too few to say who is closer: chance decides below 20. 13 more are needed." in text
    assert "Brier" not in text


def test_from_twenty_on_there_are_figures_a_picture_and_its_table(ward, version):
    estimated(ward, version, 20)
    answer = ward.as_doctor.get("/estimates/")
    text = text_of(answer)

    assert "Too few" not in text
    assert "Closer to what happened 20 0" in text
    assert "0.014 (" in text
    assert "The same as a table" in text
    assert 'role="img"' in drawn(answer)


def test_nobody_else_s_tally_can_be_opened(ward, version):
    estimated(ward, version, 20)
    for other in (clinician_at(ward.house), ward.person(Role.CLINICIAN)):
        assert "None yet." in text_of(ward.client_for(other).get("/estimates/"))
    for role in (Role.ADMINISTRATOR, Role.REVIEWER, Role.NURSE):
        answer = ward.client_for(ward.person(role)).get("/estimates/")
        assert answer.status_code in (403, 404)


def test_the_service_tells_of_all_together_and_not_of_two(ward, version):
    estimated(ward, version, 20)
    address = f"/services/{version.service.slug}/"
    assert "Doctors' own estimates here" not in text_of(ward.as_nurse.get(address))

    estimated(ward, version, 1, by=ward.stranger)
    estimated(ward, version, 1, by=clinician_at(ward.house))
    text = text_of(ward.as_nurse.get(address))
    assert "Doctors' own estimates here" in text
    assert "22 patients" in text
