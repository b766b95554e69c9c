"""The benchmark of explanations judges rightly: its references, its frontier, its page."""

from itertools import pairwise

import numpy as np
import pytest

from medportal.tools.bench.explain import callables, goals, page, references, tables
from medportal.tools.bench.explain.goals import Results
from medportal.tools.bench.explain.measure import Line, Method, Truth, measured


def line(name, ms, error, call="ours", **more):
    return Line(name, call, wall=[ms / 1000], cpu=[ms / 1000], misses=[error], sizes=[1.0], **more)


@pytest.fixture
def layers():
    rng = np.random.default_rng(0)
    sizes = (5, 8, 4, 1)
    return [
        (rng.normal(size=(a, b)).astype(np.float32), rng.normal(size=b).astype(np.float32))
        for a, b in pairwise(sizes)
    ]


def test_both_references_find_the_same_values(layers):
    rng = np.random.default_rng(1)
    background = rng.normal(size=(4, 5)).astype(np.float32)
    x = rng.normal(size=5).astype(np.float32)
    x[3] = background[2, 3]
    function = callables.by_numpy(layers)

    whole = references.enumerated(function, x, background, whole=True)
    short = references.enumerated(function, x, background, whole=False)
    sampled, errors = references.by_permutations(layers, x, background, 500, seed=0)

    np.testing.assert_allclose(short, whole, atol=1e-6)
    assert np.abs(sampled - whole).max() < 4 * errors.max()
    assert whole.sum() == pytest.approx(function(x[None])[0] - function(background).mean())


def test_time_at_an_error_lies_between_two_measurements():
    own = [line("a", 2, 0.16), line("b", 8, 0.04), line("slow and bad", 9, 0.5)]

    assert goals.time_at(own, 0.08) == pytest.approx(4)
    assert goals.time_at(own, 0.9) == pytest.approx(2)
    assert goals.time_at(own, 0.01) == float("inf")


def test_a_method_that_fails_is_named_with_its_error():
    truth = Truth(np.zeros((2, 3), np.float32), np.ones((2, 3)), np.full(2, 3.0))

    def refuses(x):
        raise ValueError("It takes 1073741824 masked evaluations, but no")

    failed = measured(Method("Exact", "NumPy", refuses, lambda: 0), truth, 1.0)

    assert failed.failure.startswith("ValueError: It takes")
    assert "1073741824" in tables.rows(Results([failed]))[0][3]


def test_errors_and_gaps_are_those_of_the_values():
    truth = Truth(np.zeros((3, 2), np.float32), np.ones((3, 2)), np.full(3, 2.0))

    off = Method("off", "NumPy", lambda _: np.array([1.1, 1.0]), lambda: 0)
    found = measured(off, truth, 1.0)

    assert found.error() == pytest.approx(0.05)
    assert found.gap == pytest.approx(0.1)
    assert len(found.wall) == 3


def test_a_table_shows_the_best_call_beside_model_predict():
    lines = [
        line("Kernel", 50, 0.1, "XLA"),
        line("Kernel", 40, 0.1, "NumPy"),
        line("Kernel", 3000, 0.1, "predict"),
    ]

    (row,) = tables.rows(Results(lines))

    assert row[1:3] == ("3,000", "40.0 over NumPy")


def test_the_page_holds_what_was_measured():
    text = page.PAGE.read_text()
    between = text.split(page.BEGIN)[1].split(page.END)[0]

    assert "| met |" in between
    assert page.PICTURE.exists()
