"""Own estimates against what happened: what counts, from when on, and for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from diagnosis.inference.lists.tallies import (
    Case,
    estimates_given,
    own_tallies,
    tally_of,
    tally_of_service,
)
from diagnosis.inference.models import Job, Prediction
from tests.factories import (
    ModelVersionFactory,
    OrganisationFactory,
    OutcomeFactory,
    OwnEstimateFactory,
    PredictionFactory,
    ServiceFactory,
    clinician_at,
    patient_of,
)

pytestmark = pytest.mark.django_db
DAYS = 1826


@pytest.fixture
def house(db):
    return OrganisationFactory()


@pytest.fixture
def doctor(house):
    return clinician_at(house)


@pytest.fixture
def version(house):
    """Of a service that speaks of five years."""
    return ModelVersionFactory(service=ServiceFactory(organisation=house, slug="diabetes-onset"))


def estimated(doctor, version, own, *, years_ago=6.0, patient=None, **fields):
    index_at = timezone.now() - timedelta(days=365.25 * years_ago)
    prediction = PredictionFactory(
        version=version,
        patient=patient or patient_of(doctor),
        requested_by=doctor,
        index_at=index_at,
        **fields,
    )
    OwnEstimateFactory(prediction=prediction, by=doctor, value=own)
    return prediction


def known(prediction, event, *, after_days=DAYS, **fields):
    return OutcomeFactory(
        service=prediction.service,
        patient=prediction.patient,
        event=event,
        occurred_on=timezone.localdate(prediction.index_at) + timedelta(days=after_days),
        **fields,
    )


def counted(doctor):
    tallies = own_tallies(doctor)
    return tallies[0][1].n if tallies else 0


def test_an_estimate_counts_once_it_is_known_what_happened(doctor, version):
    prediction = estimated(doctor, version, 0.4)
    assert counted(doctor) == 0
    known(prediction, event=True, after_days=400)

    [(service, tally)] = own_tallies(doctor)
    assert service == version.service
    assert (tally.n, tally.events, tally.own.mean, tally.model.mean) == (1, 1, 0.4, 0.23)


def test_what_is_sealed_is_not_counted(doctor, version):
    known(estimated(doctor, version, 0.4), event=True, is_sealed=True)
    assert counted(doctor) == 0


def test_an_early_event_waits_until_the_horizon_is_over_for_everybody(doctor, version):
    """Else the first year held events alone, and low estimates looked wrong."""
    known(estimated(doctor, version, 0.4, years_ago=2), event=True, after_days=100)
    assert counted(doctor) == 0


def test_an_event_after_the_horizon_did_not_happen_within_it(doctor, version):
    known(estimated(doctor, version, 0.4, years_ago=8), event=True, after_days=DAYS + 200)

    assert own_tallies(doctor)[0][1].events == 0


def test_nothing_seen_halfway_through_says_nothing_of_the_rest(doctor, version):
    known(estimated(doctor, version, 0.4), event=False, after_days=400)
    assert counted(doctor) == 0


def test_what_happened_before_the_data_is_another_event(doctor, version):
    known(estimated(doctor, version, 0.4), event=True, after_days=-30)
    assert counted(doctor) == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"origin": Prediction.Origin.WHAT_IF},
        {"state": Job.State.ENTERED_IN_ERROR},
    ],
)
def test_tried_and_withdrawn_results_do_not_count(doctor, version, fields):
    known(estimated(doctor, version, 0.4, **fields), event=True)
    assert counted(doctor) == 0


def test_what_was_passed_over_does_not_count(doctor, version):
    known(estimated(doctor, version, None), event=True)
    assert counted(doctor) == 0
    assert estimates_given(doctor) == {}


def test_the_first_estimate_of_a_patient_counts_alone(doctor, version):
    patient = patient_of(doctor)
    known(estimated(doctor, version, 0.2, patient=patient), event=False)
    estimated(doctor, version, 0.9, patient=patient)

    assert own_tallies(doctor)[0][1].own.mean == 0.2


def test_a_colleague_s_estimates_are_in_nobody_else_s_tally(doctor, house, version):
    known(estimated(doctor, version, 0.4), event=True)

    assert own_tallies(clinician_at(house)) == []


def test_a_patient_long_discharged_still_counts(doctor, version):
    prediction = estimated(doctor, version, 0.4)
    known(prediction, event=True)
    doctor.memberships.all().delete()

    assert counted(doctor) == 1


def cases(n, own=0.7, model=0.6):
    """Half of them had it; the first half of each is told rightly."""
    return [
        Case(own if i % 2 else 1 - own, model if i % 2 else 1 - model, bool(i % 2))
        for i in range(n)
    ]


def test_under_twenty_there_are_no_figures_of_merit():
    tally = tally_of(cases(19))

    assert not tally.is_enough
    assert (tally.own.brier, tally.own.auroc, tally.own.bins) == (None, None, ())


def test_from_twenty_on_both_sides_are_measured_with_intervals():
    tally = tally_of(cases(20))

    assert tally.own.brier.value == pytest.approx(0.09)
    assert tally.model.brier.value == pytest.approx(0.16)
    missed = tally_of([*cases(20), Case(0.9, 0.4, happened=False)]).own.brier
    assert missed.lower < missed.value < missed.upper
    assert (tally.own_closer, tally.model_closer, tally.as_close) == (20, 0, 0)
    assert sum(b["n"] for b in tally.own.bins) == 20


def test_where_everybody_had_it_nobody_can_be_told_apart():
    tally = tally_of([Case(0.8, 0.7, happened=True)] * 25)

    assert (tally.own.auroc, tally.own.brier, tally.brier_difference) == (None, None, None)
    assert tally.own.mean == pytest.approx(0.8)


def test_who_is_better_is_told_by_the_difference_on_the_same_patients():
    tally = tally_of([*cases(40), *cases(10, own=0.6, model=0.9)])

    difference = tally.brier_difference
    assert difference.value == pytest.approx(tally.own.brier.value - tally.model.brier.value)
    assert difference.lower < difference.value < difference.upper < 0
    assert tally.own.brier.upper > tally.model.brier.lower  # overlapping, and yet different


def test_the_service_shows_a_tally_of_all_only_with_enough_cases_and_people(house, version):
    people = [clinician_at(house) for _ in range(3)]
    for person in people[:2]:
        for i in range(10):
            known(estimated(person, version, 0.3), event=bool(i % 2))
    assert tally_of_service(version.service) is None  # twenty, but of two people

    known(estimated(people[2], version, 0.3), event=True)
    assert tally_of_service(version.service).n == 21


def test_in_the_demonstration_nobody_waits_for_years(doctor, version):
    """Its outcomes are those of old tables, dated after today."""
    version.service.organisation.is_demonstration = True
    version.service.organisation.save()
    known(estimated(doctor, version, 0.4, years_ago=0), event=True, after_days=1000)

    assert counted(doctor) == 1
