"""The interval that is shown holds what the whole cohort would have given: real patients."""

import pytest

from diagnosis.ml.threads import single_thread
from medportal.tools.bench.explain.coverage import Design, simulate
from tests.ml.conftest import heart

DRAWS = 40


@pytest.mark.slow
@pytest.mark.parametrize(
    "design",
    [
        Design(100),
        Design(100, budget=12_000),
        Design(100, training=False),
    ],
    ids=["exact", "paired", "reference patients of a caller"],
)
def test_the_interval_holds_what_the_whole_cohort_would_have_given(trained, design):
    artifact = trained("classic")
    everyone = artifact.schema.matrix(heart().drop(columns="disease"))

    with single_thread():
        found = simulate(artifact, everyone, everyone[::70], design, DRAWS)

    assert found.cases > 1900
    assert found.method == ("paired, 12,000 rows" if design.budget else "exact")
    assert 0.92 <= found.inside <= 0.97
