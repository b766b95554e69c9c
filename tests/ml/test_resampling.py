"""What a bootstrap draws: patients, never outcomes, and of one patient all rows or none."""

import numpy as np
import pytest

from diagnosis.ml.evaluation import folds
from diagnosis.ml.evaluation.resampling import drawn_counts, drawn_rows

EVENTS = (np.arange(100) < 12).astype(float)


def draws(n, times, **how):
    return np.concatenate(list(drawn_counts(n, times, 0, **how)))


def test_the_number_of_events_varies_as_among_other_patients():
    events = draws(100, 4000, labels=EVENTS) @ EVENTS

    assert events.mean() == pytest.approx(12, abs=0.2)
    assert events.var() == pytest.approx(100 * 0.12 * 0.88, rel=0.1)


def test_every_draw_has_as_many_patients_as_there_are():
    assert (draws(100, 50, labels=EVENTS).sum(axis=1) == 100).all()


def test_a_draw_without_an_event_is_made_anew():
    rare = (np.arange(50) < 1).astype(float)

    assert (draws(50, 500) @ rare).min() == 0
    assert (draws(50, 500, labels=rare) @ rare).min() > 0


def test_an_event_of_weight_zero_does_not_stand_for_the_events():
    rare, weights = (np.arange(50) < 2).astype(float), np.ones(50)
    weights[0] = 0

    assert draws(50, 500, labels=rare, weights=weights)[:, 1].min() > 0


def test_one_class_alone_is_drawn_as_it_is():
    assert draws(30, 5, labels=np.ones(30)).shape == (5, 30)


def test_classes_that_no_draw_can_hold_do_not_hang():
    assert draws(60, 3, labels=np.arange(60.0)).shape == (3, 60)


def test_the_rows_of_one_patient_are_drawn_together():
    patients = np.repeat(["b", "a", "c", "d"], [3, 1, 2, 4])

    for counts in draws(10, 100, groups=patients):
        for patient in "abcd":
            assert len(set(counts[patients == patient])) == 1
        drawn = {name: counts[patients == name][0] for name in "abcd"}
        assert sum(drawn.values()) == 4


def test_thrice_the_same_rows_are_as_many_patients_as_once():
    labels = EVENTS[np.repeat(np.arange(100), 3)]
    patients = np.repeat(np.arange(100), 3)

    rates = draws(300, 2000, labels=labels, groups=patients) @ labels / 300

    assert rates.std() == pytest.approx(np.sqrt(0.12 * 0.88 / 100), rel=0.1)


def test_rows_are_those_of_the_counts():
    rows = drawn_rows(100, 7, labels=EVENTS)

    assert len(rows) == 100
    assert (np.diff(rows) >= 0).all()
    assert (np.bincount(rows, minlength=100) == next(drawn_counts(100, 1, 7))[0]).all()


def test_a_refit_learns_from_more_or_fewer_events():
    found = {EVENTS[folds.bootstrap(EVENTS[:, None], seed)].sum() for seed in range(20)}

    assert len(found) > 5


def test_a_refit_of_repeated_rows_draws_patients():
    patients = np.repeat(np.arange(50), 2)

    counts = np.bincount(folds.bootstrap(EVENTS[:, None], 3, patients), minlength=100)

    assert (counts[::2] == counts[1::2]).all()
