"""Who is alike to the model."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from diagnosis.ml import Artifact
from diagnosis.ml.explain.further.neighbours import nearest, representation


def test_the_nearest_come_first_and_ties_keep_their_order():
    found = nearest([[3, 0], [1, 0], [0, 1], [0, 0]], [0, 0], most=3)

    assert found.rows.tolist() == [3, 1, 2]
    assert found.distances.tolist() == [0, 1, 1]


def test_rows_without_numbers_are_passed_over():
    assert nearest([[np.nan, 0], [5, 5]], [0, 0]).rows.tolist() == [1]


def test_a_scale_weighs_columns_and_leaves_those_without_spread_out():
    found = nearest([[10, 0, 99], [0, 2, 0]], [0, 0, 0], scale=[10, 1, 0])

    assert found.rows.tolist() == [0, 1]
    assert found.distances.tolist() == [1, 2]


def test_nobody_to_choose_from_is_nobody():
    assert nearest(np.zeros((0, 2)), [0.1, 0.2]).rows.tolist() == []


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="points"):
        nearest([[1, 2, 3]], [1, 2])
    with pytest.raises(ValueError, match="numbers"):
        nearest([[1, 2]], [1, np.nan])


@dataclass
class Same:
    def transform(self, x):
        return x.astype(np.float64)


@dataclass
class Network:
    layers: tuple
    preprocessor: Same


def test_two_patients_whom_the_model_can_not_tell_apart_are_at_the_same_place():
    first = np.array([[1.0, -1.0], [0.0, 0.0]])  # the second input goes nowhere
    network = Network(((first, np.zeros(2)), (np.array([[2.0], [3.0]]), np.zeros(1))), Same())

    found = representation(network, np.array([[1, 5], [1, -7], [-1, 0]], np.float32))

    np.testing.assert_allclose(found, [[2, 0], [2, 0], [0, 3]])


ARTIFACTS = Path(__file__).parents[2] / "medportal" / "demo" / "data" / "artifacts"


@pytest.mark.parametrize("slug", ["coronary-disease", "coronary-disease-candidate"])
def test_patients_near_in_a_real_model_have_near_estimates(slug):
    """With and without a hidden layer: logits differ by no more than the places do."""
    artifact = Artifact.load(ARTIFACTS / slug)
    x = artifact.background

    places = representation(artifact.fitted, x)

    logits = artifact.fitted.raw_logits(x)[:, 0]
    apart = np.abs(places[:, None] - places[None]).sum(axis=2)
    assert (np.abs(logits[:, None] - logits[None]) <= apart + 1e-6).all()
    own = nearest(places, places[7], most=3)
    assert own.rows[0] == 7
    assert own.distances[0] == 0
