"""What measuring one input could change: against cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from diagnosis.ml.explain.further.likeness_weights import (
    ENOUGH,
    References,
    effective,
    kernel_weights,
)
from diagnosis.ml.explain.further.next_measurement import Sought, next_measurements, retained

BARE = np.array([False, False, False])
UNKNOWN = np.nan


def halves(p):
    """Two bands that meet at one half."""
    return (np.asarray(p) > 0.5).astype(np.intp)


def no_bands(p):
    return np.zeros(len(p), dtype=np.intp)


def first_alone(x):
    """The first input is the probability; a missing one counts as 0.2."""
    return np.where(np.isnan(x[:, 0]), 0.2, x[:, 0]).astype(float)


def mean_of_two(x):
    return np.nan_to_num(x[:, :2], nan=0.5).mean(axis=1).astype(float)


@pytest.fixture
def unrelated() -> References:
    """100 rows whose inputs tell nothing of each other; the first runs from 0 to 1."""
    rng = np.random.default_rng(5)
    rows = np.column_stack([np.linspace(0.005, 0.995, 100), rng.random((100, 2))])
    return References(rows, BARE)


@pytest.fixture
def related() -> References:
    """The second input nearly repeats the first."""
    rng = np.random.default_rng(6)
    first = rng.random(200)
    rows = np.column_stack([first, first + rng.normal(0, 0.02, 200), rng.random(200)])
    return References(rows, BARE)


def test_without_any_relation_the_share_is_that_of_the_whole_population(unrelated):
    patient = np.array([UNKNOWN, UNKNOWN, UNKNOWN])

    outlook = next_measurements(first_alone, patient, unrelated, halves, [Sought(0), Sought(2)])

    first, third = outlook.items
    assert (outlook.probability, outlook.band) == (pytest.approx(0.2), 0)
    assert first.column == 0
    assert first.changes == pytest.approx(0.5, abs=0.001)
    assert first.expected_change == pytest.approx(
        np.abs(unrelated.rows[:, 0] - 0.2).mean(), abs=0.001
    )
    assert third.changes == 0.0
    assert third.expected_change == pytest.approx(0.0)


@pytest.mark.parametrize(("known", "changes"), [(0.1, 0.0), (0.9, 1.0)])
def test_what_is_known_of_the_patient_decides_which_values_are_plausible(related, known, changes):
    patient = np.array([UNKNOWN, known, 0.5])

    (worth,) = next_measurements(first_alone, patient, related, halves, [Sought(0)]).items

    assert worth.changes == pytest.approx(changes, abs=0.05)


def test_without_a_result_the_most_likely_band_is_the_one_to_leave(related):
    patient = np.array([UNKNOWN, 0.9, 0.5])

    outlook = next_measurements(first_alone, patient, related, halves, [Sought(0, blocks=True)])

    assert outlook.band == 1
    assert outlook.bands[1] > 0.95
    assert outlook.items[0].changes == pytest.approx(1 - outlook.bands[1])


def test_several_missing_are_integrated_out_over_the_same_rows(unrelated):
    """p is the mean of two unknown uniforms: after the first, it is (v + 1/2) / 2.

    The upper band has then the probability v, so a measured v above one half speaks for it by
    v - (1 - v): over all v, one quarter.
    """
    patient = np.array([UNKNOWN, UNKNOWN, 0.5])
    sought = [Sought(0, blocks=True), Sought(1, blocks=True)]

    outlook = next_measurements(mean_of_two, patient, unrelated, halves, sought)

    worth = next(item for item in outlook.items if item.column == 0)
    values = unrelated.rows[:, 0]
    centre = (values + unrelated.rows[:, 1].mean()) / 2
    assert outlook.probability == pytest.approx(0.5, abs=0.06)
    assert worth.expected_change == pytest.approx(
        np.abs(centre - outlook.probability).mean(), abs=0.02
    )
    assert worth.changes == pytest.approx(0.25, abs=0.08)


def test_a_young_old_value_still_speaks_and_an_ancient_one_less(unrelated):
    patient = np.array([UNKNOWN, UNKNOWN, UNKNOWN])
    ages = (10, 360, 36_000)

    found = [
        next_measurements(
            first_alone, patient, unrelated, halves, [Sought(0, old=0.9, retained=retained(d, 180))]
        )
        .items[0]
        .changes
        for d in ages
    ]

    assert found[0] > found[1] > found[2]
    assert found[0] > 0.8
    assert found[2] == pytest.approx(0.5, abs=0.02)


def test_an_old_category_still_speaks():
    rows = np.array([[0.0, 0], [1.0, 0]] * 50)
    kinds = References(rows, np.array([True, False]))
    sought = [Sought(0, old=1.0, retained=0.7)]

    (worth,) = next_measurements(first_alone, np.array([UNKNOWN, 0.0]), kinds, halves, sought).items

    assert worth.changes == pytest.approx(0.5 * 0.85 / (0.5 * 0.85 + 0.5 * 0.15), abs=0.01)


def test_a_repetition_uses_the_given_values_and_no_reference_rows(unrelated):
    patient = np.array([0.49, 0.5, 0.5])
    sought = [Sought(0, values=(0.45, 0.47, 0.49, 0.51))]

    (worth,) = next_measurements(first_alone, patient, unrelated, halves, sought).items

    assert worth.changes == pytest.approx(0.25)
    assert (worth.rows, worth.interval) == (0, (0.25, 0.25))


def test_without_bands_only_the_change_of_the_estimate_counts(unrelated):
    sought = [Sought(2), Sought(0)]

    outlook = next_measurements(first_alone, np.full(3, UNKNOWN), unrelated, no_bands, sought)

    assert [item.column for item in outlook.items] == [0, 2]
    assert {item.changes for item in outlook.items} == {0.0}


def test_the_interval_of_a_count_never_claims_to_be_sure(unrelated):
    patient = np.full(3, UNKNOWN)

    (none,) = next_measurements(first_alone, patient, unrelated, halves, [Sought(1)]).items

    assert none.changes == 0.0
    assert 0.02 < none.interval[1] < 0.2


def test_rows_without_the_input_are_not_asked(unrelated):
    rows = unrelated.rows.copy()
    rows[rows[:, 0] > 0.5, 0] = np.nan

    (worth,) = next_measurements(
        first_alone, np.full(3, UNKNOWN), References(rows, BARE), halves, [Sought(0)]
    ).items

    assert worth.changes == 0.0


def test_the_kernel_is_as_narrow_as_enough_rows_allow():
    away = np.random.default_rng(8).exponential(1, (3, 100))

    weights = kernel_weights(away, np.ones(100))

    assert effective(weights) == pytest.approx(ENOUGH, abs=0.5)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    assert (weights.argmax(axis=1) == away.argmin(axis=1)).all()


def test_fewer_rows_than_enough_count_alike():
    weights = kernel_weights(np.array([[0.0, 5.0, 9.0]]), np.array([1.0, 1.0, 0.0]))

    assert weights[0, 2] == 0
    assert weights[0, 0] == pytest.approx(weights[0, 1], abs=0.05)


def test_the_same_question_gets_the_same_answer(related):
    patient = np.array([UNKNOWN, 0.4, UNKNOWN])
    sought = [Sought(0, blocks=True), Sought(2)]

    first, second = (
        next_measurements(first_alone, patient, related, halves, sought) for _ in range(2)
    )

    assert first == second
