"""What many explanations say together, on cohorts whose answer is known beforehand."""

import numpy as np
import pytest

from diagnosis.ml.explain.cohort import clusters, dependence, importance
from diagnosis.ml.explain.groups import silhouette


def additive(n=400, seed=0):
    """Attributions that depend on the feature's own value alone; two features go together."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4))
    x[:, 1] = x[:, 0] + 0.3 * x[:, 1]
    return np.column_stack([0.05 * x[:, 0] ** 2, 0.02 * x[:, 1], 0.01 * x[:, 2], 0 * x[:, 3]]), x


def test_importance_is_the_mean_size_and_ranks_the_strongest_first():
    found = importance([[0.1, -0.3, 0.0], [-0.1, 0.1, 0.0]])

    np.testing.assert_allclose(found.mean, [0.1, 0.2, 0.0])
    assert found.order.tolist() == [1, 0, 2]
    assert found.rows == 2


def test_the_interval_of_importance_holds_the_truth_about_as_often_as_it_says():
    rng, truth, held = np.random.default_rng(1), np.sqrt(2 / np.pi), 0
    for _ in range(1000):
        found = importance(rng.normal(size=(80, 1)))
        held += int(found.lower[0] <= truth <= found.upper[0])

    assert 0.93 <= held / 1000 <= 0.97


def test_the_interval_holds_among_ten_patients_of_skewed_sizes():
    rng = np.random.default_rng(1)
    held = [
        found.lower[0] <= 1 <= found.upper[0]
        for found in (importance(rng.exponential(1, (10, 1))) for _ in range(1000))
    ]

    assert np.mean(held) >= 0.91


def test_one_patient_has_an_importance_but_no_interval():
    found = importance([[0.2, -0.1]])

    assert found.mean.tolist() == [0.2, 0.1]
    assert np.isnan(found.lower).all()


def test_dependence_follows_the_value_and_puts_missing_values_last():
    phi, x = additive()
    x[:20, 0] = np.nan

    found = dependence(phi, x, 0)

    known = [b for b in found.bins if not b.is_missing]
    assert [b.middle for b in known] == sorted(b.middle for b in known)
    assert known[0].mean > known[len(known) // 2].mean < known[-1].mean  # a parabola
    assert found.bins[-1].is_missing
    assert found.bins[-1].rows == 20
    assert sum(b.rows for b in found.bins) == len(x)


def test_each_category_is_a_bin_of_its_own():
    x = np.array([[0.0], [1.0], [1.0], [4.0]])

    found = dependence([[0.1], [0.2], [0.4], [0.0]], x, 0)

    assert [(b.middle, b.rows, round(b.mean, 6)) for b in found.bins] == [
        (0.0, 1, 0.1), (1.0, 2, 0.3), (4.0, 1, 0.0),
    ]  # fmt: skip


def test_a_feature_that_merely_goes_along_is_no_companion():
    phi, x = additive()

    assert dependence(phi, x, 0).companion is None
    assert dependence(phi, x, 3).companion is None  # it does nothing at all


@pytest.mark.parametrize("seed", range(5))
def test_the_companion_is_the_feature_that_interacts(seed):
    phi, x = additive(seed=seed)
    phi[:, 0] += 0.05 * x[:, 0] * np.sign(x[:, 2])

    found = dependence(phi, x, 0)

    assert found.companion == 2
    assert 0.1 < found.strength < 1


def test_chance_alone_finds_no_companion():
    rng = np.random.default_rng(8)
    found = [
        dependence(rng.normal(size=(300, 5)), rng.normal(size=(300, 5)), 0).strength
        for _ in range(20)
    ]

    assert np.median(found) == 0
    assert max(found) < 0.15


def test_three_kinds_of_reasons_are_three_groups_with_their_features():
    rng = np.random.default_rng(2)
    centres = np.array([[0.3, 0, 0, 0], [0, -0.2, 0, 0], [0, 0, 0.25, 0.2]])
    truth = np.repeat([0, 1, 2], [60, 40, 20])
    phi = centres[truth] + 0.02 * rng.normal(size=(120, 4))

    found = clusters(phi)

    assert [group.size for group in found.groups] == [60, 40, 20]
    np.testing.assert_array_equal(found.labels, truth)
    for own, group in enumerate(found.groups):
        assert own in [feature for feature, _ in group.characteristic]
    assert found.groups[0].characteristic[0][1] == pytest.approx(0.15, abs=0.02)
    assert all(truth[group.medoid] == i for i, group in enumerate(found.groups))
    assert found.silhouette > 0.7


def test_the_same_cohort_gives_the_same_groups():
    phi = np.random.default_rng(5).normal(size=(90, 3)) + np.repeat([0, 4, 9], 30)[:, None]

    first, second = clusters(phi), clusters(phi)

    np.testing.assert_array_equal(first.labels, second.labels)
    assert [g.medoid for g in first.groups] == [g.medoid for g in second.groups]


def test_a_cohort_without_structure_is_one_group():
    phi = np.random.default_rng(3).normal(size=(200, 8))

    found = clusters(phi)

    assert len(found.groups) == 1
    assert np.isnan(found.silhouette)
    assert found.groups[0].characteristic == ()


def test_a_handful_of_strange_patients_is_no_group():
    phi = 0.01 * np.random.default_rng(4).normal(size=(100, 3))
    phi[:3] += 1

    assert len(clusters(phi, smallest=5).groups) == 1
    assert [g.size for g in clusters(phi, smallest=3).groups] == [97, 3]


def test_few_or_equal_patients_are_one_group():
    assert clusters([[0.1, 0.2]]).groups[0].size == 1
    assert len(clusters(np.ones((50, 3))).groups) == 1


def test_the_silhouette_is_that_of_its_definition():
    points = np.random.default_rng(6).normal(size=(15, 2))
    labels = np.array([0] * 6 + [1] * 5 + [2] * 3 + [3])
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    slowly = []
    for i, own in enumerate(labels):
        mine = [j for j in range(15) if labels[j] == own and j != i]
        if not mine:
            slowly.append(0.0)
            continue
        a = distances[i, mine].mean()
        b = min(distances[i, labels == c].mean() for c in set(labels) - {own})
        slowly.append((b - a) / max(a, b))

    assert silhouette(distances, labels) == pytest.approx(np.mean(slowly))


@pytest.mark.parametrize("broken", [np.zeros((0, 3)), np.zeros(4), [[np.nan, 0.1]]])
def test_a_table_that_is_none_is_refused(broken):
    for summary in (importance, clusters, lambda phi: dependence(phi, phi, 0)):
        with pytest.raises(ValueError, match=r"row|number"):
            summary(broken)
