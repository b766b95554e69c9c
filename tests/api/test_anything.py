"""Whatever is sent: an answer in the interface's own words, never a server error."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagnosis.inference.models import Prediction
from tests.api.client import Caller
from tests.runnable import CORONARY, Ward, eventually, quiet, ward

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["mg/dL", "typical-angina", "\x00", "\ud800", "1e999", "=1+1", "' OR 1=1 --"])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "unit", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = st.sampled_from([*CORONARY, "age", "sex", "shoe_size", "", "\ud800", "a/b"])
BODIES = st.dictionaries(
    st.sampled_from(["confirmations", "include_stale", "own_estimate", "what_if", "extra"]),
    VALUES,
    max_size=2,
)


@pytest.fixture
def heart(transactional_db):
    """A ward; afterwards no live worker is busy with what was queued here."""
    yield ward()
    Prediction.unscoped.filter(state="queued").update(state="cancelled")
    eventually(quiet, 60)


@settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(inputs=st.dictionaries(NAMES, VALUES, max_size=3), more=BODIES)
def test_whatever_is_sent_is_accepted_or_explained(heart: Ward, inputs, more):
    body = json.dumps({"patient": str(heart.patient.pk), "inputs": inputs, **more})

    answer = Caller(heart.doctor).post("services/coronary-disease/predictions", body)

    assert answer.status_code in (202, 400), (body, answer.content[:300])
    if answer.status_code == 400:
        assert answer.json()["errors"]
        assert all(error["pointer"].startswith("/") for error in answer.json()["errors"])
