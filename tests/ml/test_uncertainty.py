"""What more data could fix and what it could not, against cases with a known answer."""

import numpy as np
import pytest

from diagnosis.ml import Recipe, uncertainty
from diagnosis.ml.evaluation.quantiles import student
from diagnosis.ml.families.linear.fitting import fit_logistic
from diagnosis.ml.families.pipeline import Sample
from diagnosis.ml.learning import refits
from diagnosis.ml.learning.tables import infer_schema
from diagnosis.ml.results.targets import Task
from diagnosis.ml.uncertainty.other_models import other_models
from tests.ml.conftest import heart


def test_refits_that_agree_leave_nothing_that_more_data_could_fix():
    found = uncertainty.split([[0.3] * 5])

    assert found.reducible[0] == 0
    assert found.share_reducible[0] == 0
    assert found.irreducible_variance[0] == pytest.approx(0.21)
    assert found.irreducible[0] == pytest.approx(0.8813, abs=1e-4)


def test_refits_that_are_sure_of_opposites_leave_everything_to_more_data():
    found = uncertainty.split([0.0, 1.0])

    assert found.total[0] == pytest.approx(1)  # one bit
    assert found.irreducible[0] == 0
    assert found.share_reducible[0] == pytest.approx(1)
    assert found.spread[0] == pytest.approx(0.5)


def test_parts_add_up_and_neither_is_negative():
    p = np.random.default_rng(0).beta(0.5, 0.7, size=(200, 30))

    found = uncertainty.split(p)

    np.testing.assert_allclose(found.irreducible + found.reducible, found.total, atol=1e-12)
    np.testing.assert_allclose(found.variance, found.mean * (1 - found.mean), atol=1e-12)
    np.testing.assert_allclose(
        found.irreducible_variance + found.reducible_variance, found.variance, atol=1e-12
    )
    assert (found.reducible >= 0).all()
    assert ((found.share_reducible >= 0) & (found.share_reducible <= 1)).all()


def test_a_certain_prediction_has_no_share():
    assert uncertainty.split([1.0, 1.0]).share_reducible[0] == 0


def refit(table, at):
    """Probabilities by refits of a logistic regression, at rows of the whole table."""
    recipe = Recipe(target="disease", model="logistic", repeats=1, refits=10)
    schema = infer_schema(table, "disease")
    y = (table["disease"] == table["disease"].max()).to_numpy(np.float64)[:, None]
    task = Task("binary", ("disease",), ("0", "1"))
    sample = Sample(schema.matrix(table), y, schema.features, task)
    fits = refits.refit(recipe, sample, fit_logistic(recipe, sample, 0))
    return np.column_stack([fitted.probabilities(at)[:, 0] for fitted in fits])


def test_more_patients_leave_less_to_more_patients():
    table = heart()
    at = infer_schema(table, "disease").matrix(table)[:40]

    few, many = (uncertainty.split(refit(part, at)) for part in (table.iloc[:80], table))

    assert many.share_reducible.mean() < 0.9 * few.share_reducible.mean()


@pytest.mark.parametrize("broken", [[0.5], [[0.5]], [0.2, 1.2], [0.2, np.nan], np.zeros((2, 2, 2))])
def test_what_is_no_set_of_refits_is_refused(broken):
    with pytest.raises(ValueError, match="refit"):
        uncertainty.split(broken)


def test_student_quantiles_of_a_table():
    assert student(0.95, 2) == pytest.approx(4.3027, abs=1e-3)
    assert student(0.90, 19) == pytest.approx(1.7291, abs=1e-4)
    assert student(0.95, 39) == pytest.approx(2.0227, abs=1e-4)
    assert student(0.90, 199) == pytest.approx(1.6525, abs=1e-4)


def test_another_model_lies_as_far_away_as_the_difference_of_two_may():
    """Known truth: models are points about a line, refits vary about one as it does about that."""
    rng = np.random.default_rng(0)
    models = rng.normal(0, 0.4, (4000, 2))
    refits = models[:, :1] + rng.normal(0, 0.4, (4000, 200))

    low, high = other_models(models[:, 0], refits, 0.9)

    inside = (low <= models[:, 1]) & (models[:, 1] <= high)
    assert inside.mean() == pytest.approx(0.9, abs=0.015)
    of_refits = np.quantile(refits, (0.05, 0.95), axis=1)
    narrow = (of_refits[0] <= models[:, 1]) & (models[:, 1] <= of_refits[1])
    assert narrow.mean() < 0.8


def test_few_refits_do_not_make_it_too_narrow():
    rng = np.random.default_rng(1)
    models = rng.normal(0, 0.4, (20_000, 2))
    refits = models[:, :1] + rng.normal(0, 0.4, (20_000, 20))

    low, high = other_models(models[:, 0], refits, 0.9)

    assert ((low <= models[:, 1]) & (models[:, 1] <= high)).mean() > 0.89
