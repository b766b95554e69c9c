"""What would bring an estimate across a limit: small, realistic, and honest where there is none."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from diagnosis.ml import Artifact, Category, Feature, SchemaError, Source
from diagnosis.ml.explain.further.counterfactual import Limit, Situation, counterfactuals
from diagnosis.ml.schema import FeatureSchema

DEMO = Path(__file__).parents[2] / "medportal" / "demo" / "data"


def number(name, **more):
    return Feature(name, {"en": name}, **{"modifiable": True, "direction": "raises", **more})


def reference(d=3, n=200, seed=0):
    x = np.random.default_rng(seed).normal(100, 10, size=(n, d)).astype(np.float32)
    return np.clip(x, 70, 130)


def model(rows):
    z = (rows.astype(np.float64) - 100) @ [0.10, 0.05, 0.02]
    return 1 / (1 + np.exp(-z))


def falling(rows):
    return 1 / (1 + np.exp(rows[:, 0].astype(np.float64) - 110))


FEATURES = (number("a"), number("b"), number("c"))
ROW = np.array([110, 110, 110], dtype=np.float32)


def ask(limit, row=ROW, features=FEATURES, model=model, **more):
    given = Situation(row, features, more.pop("reference", reference()), more.pop("novelty", None))
    return counterfactuals(model, given, Limit(limit), **more)


def test_the_smallest_change_is_the_one_that_trying_everything_finds():
    found = ask(0.5)

    spread = reference().astype(np.float64).std(axis=0)
    grid = [np.arange(72, 111, 2.0)] * 3
    best = min(
        np.sum((110 - np.array(v)) / spread) + 0.5 * (np.count_nonzero(np.array(v) != 110) - 1)
        for v in product(*grid)
        if np.count_nonzero(np.array(v) != 110) in (1, 2) and model(np.array([v]))[0] < 0.5
    )
    assert found.alternatives[0].distance == pytest.approx(best, abs=0.21)  # one step of two
    assert found.alternatives[0].probability < 0.5
    assert found.reason == ""


@pytest.mark.parametrize("row", [(110, 110, 110), (110.5, 110, 110)], ids=["whole", "half a count"])
def test_what_is_counted_is_proposed_whole(row):
    """Whatever decimals and step it has, and whatever fraction an older run was given."""
    counted = tuple(number(n, whole=True, decimals=1, step=1.0) for n in "abc")

    found = ask(0.5, np.array(row, dtype=np.float32), counted)

    after = [change.after for one in found.alternatives for change in one.changes]
    assert after
    assert after == [round(value) for value in after]


def test_alternatives_change_different_inputs_and_none_only_adds_to_another():
    found = ask(0.6).alternatives

    sets = [one.columns for one in found]
    assert len(sets) == len(set(sets)) > 1
    assert not any(a < b for a in sets for b in sets)
    assert [c.distance for c in found] == sorted(c.distance for c in found)


def test_only_what_may_be_changed_and_was_measured_is_changed():
    features = (number("a", modifiable=False), number("b"), number("c"))
    row = ROW.copy()
    row[2] = np.nan

    def filled(rows):
        return model(np.nan_to_num(rows, nan=100.0))

    found = ask(0.7, row, features, filled)

    assert [one.columns for one in found.alternatives] == [frozenset({1})]


def test_nothing_is_proposed_where_nothing_may_be_changed():
    features = tuple(number(name, modifiable=False) for name in "abc")

    assert ask(0.5, features=features).reason == "nothing_to_change"


def test_an_estimate_that_is_there_already_needs_nothing():
    assert ask(0.9999).reason == "already"


def test_what_is_out_of_reach_is_said_with_how_near_it_comes():
    found = ask(0.001)

    assert found.alternatives == ()
    assert found.reason == "out_of_reach"
    assert 0.001 < found.nearest.probability < model(ROW[None])[0]


def test_a_model_that_goes_the_wrong_way_gets_no_harmful_proposal():
    """Where the model wants more of what usually raises the risk, that is not proposed."""
    found = ask(0.1, ROW[:1], (number("a"),), falling, reference=reference(1))

    assert found.alternatives == ()
    assert found.nearest is None


def test_values_stay_within_what_reference_patients_have_and_not_past_the_usual():
    low = (number("a", reference_range=(95, 105)), number("b"), number("c"))

    found = ask(0.55, features=low)

    for one in found.alternatives:
        for change in one.changes:
            assert reference()[:, change.feature].min() <= change.after < change.before
            assert change.feature != 0 or change.after >= 100


def test_three_inputs_are_changed_only_where_two_do_not_suffice():
    assert all(len(one.changes) <= 2 for one in ask(0.3).alternatives)
    limit = float(model(np.array([[72, 72, 90]]))[0])

    deep = ask(limit)

    assert [len(one.changes) for one in deep.alternatives] == [3]


def test_categories_move_the_usual_way_to_codes_that_patients_have():
    kinds = tuple(Category(c, str(c), {"en": str(c)}) for c in range(4))
    smoking = Feature("s", {"en": "s"}, kind="category", categories=kinds,
                      direction="raises", modifiable=True)  # fmt: skip
    seen = np.array([[0.0], [1.0], [3.0]], dtype=np.float32)

    found = ask(0.25, np.array([3.0], np.float32), (smoking,),
                lambda rows: rows[:, 0].astype(np.float64) / 4, reference=seen)  # fmt: skip

    [one] = found.alternatives
    assert (one.changes[0].before, one.changes[0].after) == (3, 0)  # 2 was never seen, 1 is 0.25


def test_a_change_can_be_asked_upwards():
    given = Situation(ROW - 20, FEATURES, reference())

    found = counterfactuals(model, given, Limit(0.5, below=False))

    assert all(c.after > c.before for one in found.alternatives for c in one.changes)
    assert all(one.probability >= 0.5 for one in found.alternatives)


def test_a_model_of_several_outputs_is_refused():
    with pytest.raises(ValueError, match="one output"):
        ask(0.5, model=lambda rows: rows[:, :2])


def test_age_and_sex_can_not_be_declared_changeable():
    with pytest.raises(SchemaError, match="age and sex"):
        number("age", sources=(Source("patient", code="age"),))
    with pytest.raises(SchemaError, match="modifiable"):
        number("a", modifiable="yes")


@pytest.mark.parametrize("role", ["history", "treatment"])
def test_what_was_or_was_given_can_not_be_declared_changeable(role):
    with pytest.raises(SchemaError, match="can not be changed"):
        number("a", role=role)


def test_a_role_is_one_of_two():
    with pytest.raises(SchemaError, match="role is none of"):
        number("a", modifiable=False, role="drug")


@pytest.fixture(scope="module")
def diabetes():
    folder = DEMO / "artifacts" / "diabetes-onset"
    schema = json.loads((DEMO / "services" / "diabetes-onset" / "schema.json").read_text())
    return Artifact.load(folder), FeatureSchema.from_dict(schema)


def test_proposals_of_the_real_diabetes_model_are_patients_like_its_own(diabetes):
    artifact, schema = diabetes
    p = artifact.predict_matrix(artifact.background)
    asked = np.flatnonzero((p > 0.12) & (p < 0.6))[:25]

    answers = [
        counterfactuals(
            artifact,
            Situation(artifact.background[i], schema.features, artifact.background,
                      artifact.novelty),
            Limit(0.1),
        )
        for i in asked
    ]  # fmt: skip

    assert sum(bool(answer.alternatives) for answer in answers) > 5
    names = schema.names
    for i, answer in zip(asked, answers, strict=True):
        for one in answer.alternatives:
            row = artifact.background[i : i + 1].copy()
            for change in one.changes:
                assert schema[names[change.feature]].modifiable
                row[0, change.feature] = change.after
            assert artifact.predict_matrix(row)[0] < 0.1
            assert not artifact.novelty.unlike(row)[0]
            assert {names[c] for c in one.columns}.isdisjoint({"age", "pregnancies"})
