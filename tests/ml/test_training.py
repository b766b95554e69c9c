"""Training: honest figures, no leaks, and the classic network as one writes it."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from diagnosis.ml import Artifact, Recipe, RecipeError, TableError, evaluate_recipe
from diagnosis.ml.evaluation import auroc
from diagnosis.ml.families.linear.fitting import fit_logistic
from diagnosis.ml.learning.problem import pose
from diagnosis.ml.learning.tables import TableWarning, infer_schema, read_table
from diagnosis.ml.learning.validation import OutOfFold, cross_validate
from tests.ml.conftest import CASES, TABLES, heart, pbc, pima, progression

Find = Callable[[str], Artifact]


def area(measured: OutOfFold) -> float:
    """The mean over the repeats of the area under the ROC curve."""
    return float(np.mean([auroc(measured.labels, p) for p in measured.probabilities.T]))


def test_heart_with_all_thirteen_inputs_ranks_as_known() -> None:
    measured = evaluate_recipe(Recipe(target="disease", model="logistic"), heart(), repeats=2)
    assert area(measured) == pytest.approx(0.906, abs=0.012)


def test_heart_before_imaging_ranks_as_known() -> None:
    recipe = Recipe(target="disease", model="logistic", exclude=("thal", "major_vessels"))
    assert area(evaluate_recipe(recipe, heart(), repeats=5)) == pytest.approx(0.866, abs=0.015)


def test_five_inputs_forecast_diabetes_as_known() -> None:
    recipe = Recipe(
        target="diabetes",
        model="logistic",
        features=("glucose_2h", "bmi", "age", "pregnancies", "diastolic_bp"),
    )
    assert area(evaluate_recipe(recipe, pima(), repeats=1)) == pytest.approx(0.834, abs=0.012)


def test_labels_without_meaning_are_not_predicted() -> None:
    """What leaks shows here: the labels are shuffled, so nothing can be known about them."""
    table = heart()
    areas = []
    for seed in range(4):
        shuffled = table.disease.sample(frac=1, random_state=seed).to_numpy()
        recipe = Recipe(target="disease", model="logistic", seed=seed)
        areas.append(area(evaluate_recipe(recipe, table.assign(disease=shuffled), repeats=1)))
    assert np.mean(areas) == pytest.approx(0.5, abs=0.06)


def test_a_held_out_row_does_not_change_its_own_prediction() -> None:
    """Everything learnt for a fold can be learnt from the rows outside of it alone."""
    table = heart()
    problem = pose(Recipe(target="disease", model="logistic"), table)
    first = cross_validate(problem.recipe, problem, repeats=1)
    row = 7
    inside = first.folds[0] == first.folds[0][row]
    train_rows = problem.sample.take(~inside)
    alone = fit_logistic(problem.recipe, train_rows, problem.recipe.seed)
    np.testing.assert_allclose(
        alone.probabilities(problem.sample.x[inside]), first.predictions[0, inside], atol=1e-12
    )


def test_a_feature_that_may_be_missing_is_measured_hidden() -> None:
    recipe = Recipe(target="disease", model="logistic", hide={"thal": 0.1})
    measured = evaluate_recipe(recipe, heart(), repeats=1)
    assert set(measured.hidden) == {"thal"}
    hidden = auroc(measured.labels, measured.hidden["thal"][0, :, 0])
    assert 0.8 < hidden < area(measured)


def test_rows_without_a_target_are_left_out_and_said() -> None:
    table = pbc()
    with pytest.warns(TableWarning, match="6 rows without a target"):
        measured = evaluate_recipe(
            Recipe(target="stage", model="logistic"), table, repeats=1, folds=2
        )
    assert len(measured.y) == len(table) - 6
    assert table.stage.iloc[measured.rows].notna().all()


def test_identifiers_and_constants_are_left_out_and_said() -> None:
    table = heart().assign(
        patient_id=range(1000, 1270), site="A", code=[f"x{i}" for i in range(270)]
    )
    with pytest.warns(TableWarning) as said:
        problem = pose(Recipe(target="disease"), table)
    assert set(problem.left_out) == {"patient_id", "site", "code"}
    assert len(said) == 3
    assert not {"patient_id", "site", "code"} & set(problem.schema.names)


def test_an_odd_table_is_read_all_the_same() -> None:
    """Nullable columns, an infinite value, text with gaps, numbers for names, an odd index."""
    table = heart()
    odd = pd.DataFrame(
        {
            0: table.age,
            "truth": pd.array([True, None, False] * 90, dtype="boolean"),
            "count": pd.array([1, None, 5, 77, 8, 9] * 45, dtype="Int64"),
            "edge": [np.inf, *table.cholesterol[1:].astype(float)],
            "words": pd.Categorical(["a", None, "b"] * 90),
            "disease": table.disease == 1,
        }
    ).set_index(pd.Index(range(7, 277)))
    problem = pose(Recipe(target="disease"), odd)
    assert problem.schema.names == ("0", "truth", "count", "edge", "words")
    assert set(problem.may_be_missing) == {"truth", "count", "edge", "words"}
    assert fit_logistic(problem.recipe, problem.sample, 0).facts["penalty"] > 0


def test_two_columns_of_one_name_are_refused() -> None:
    table = heart().set_axis(["age", "age", *heart().columns[2:]], axis=1)
    with pytest.raises(TableError, match="share the name age"):
        pose(Recipe(target="disease"), table)


def test_a_column_that_tells_the_outcome_is_said() -> None:
    """The cause of death is known exactly for the dead."""
    table = read_table(TABLES / "flchain.csv")
    with pytest.warns(TableWarning, match="chapter is present or absent as the outcome is"):
        pose(Recipe(target="death"), table)


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        (["no", "yes"], ("no", "yes")),
        (["malignant", "benign"], ("benign", "malignant")),
        (["PD", "control"], ("control", "PD")),
        ([True, False], ("0", "1")),
        ([0.0, 1.0], ("0", "1")),
    ],
)
def test_the_event_is_found_among_two_words(values: list[object], classes: tuple[str, ...]) -> None:
    table = heart()
    table["outcome"] = [values[int(d)] for d in table.pop("disease")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TableWarning)  # it is said which word was taken
        assert pose(Recipe(target="outcome"), table).task.classes == classes


def test_the_event_can_be_named() -> None:
    problem = pose(Recipe(target="disease", positive="0"), heart())
    assert problem.task.classes == ("1", "0")
    assert problem.sample.y.sum() == 150


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.drop(columns="disease"), "no target column"),
        (lambda t: t.assign(disease=1), "fewer than two"),
        (lambda t: t.head(12), "too few"),
        (lambda t: t[["disease"]].assign(site="A"), "No column is left"),
        (lambda t: t.assign(disease=[f"p{i}" for i in range(len(t))]), "more than 20 classes"),
    ],
)
def test_a_table_that_can_not_be_used_is_refused_in_one_line(
    change: Callable[[pd.DataFrame], pd.DataFrame], said: str
) -> None:
    with pytest.raises(TableError, match=said):
        pose(Recipe(target="disease"), change(heart()))


def test_a_schema_that_asks_for_absent_columns_is_refused() -> None:
    schema = infer_schema(heart(), "disease")
    with pytest.raises(TableError, match="lacks the columns thal"):
        pose(Recipe(target="disease"), heart().drop(columns="thal"), schema)


def test_what_does_not_go_together_is_refused() -> None:
    recipe = Recipe(target="target", model="logistic", calibration="isotonic", task="multiclass")
    table = progression().assign(target=progression().sex.astype(int) + (progression().bmi > 25))
    with pytest.raises(RecipeError, match="isotonic"):
        evaluate_recipe(recipe, table, repeats=1)


@pytest.mark.slow
@pytest.mark.parametrize(
    "case", ["logistic", "indicators", "regression", "multiclass", "multilabel"]
)
def test_the_numpy_path_equals_the_graph(trained: Find, case: str) -> None:
    """What the folds were measured with is what is served, to 1e-5."""
    recipe, table = CASES[case]
    known = table().dropna(subset=list(recipe.targets), how="all")
    problem = pose(recipe, known)
    own = fit_logistic(recipe, problem.sample, recipe.seed)
    x = np.concatenate([problem.sample.x, np.full((1, problem.sample.x.shape[1]), np.nan)])
    x = x.astype(np.float32)
    served = trained(case).predict_matrix(x).reshape(len(x), -1)
    expected = own.probabilities(x)
    scale = max(1.0, float(np.abs(expected).max()))
    assert np.abs(served - expected).max() / scale <= 1e-5


@pytest.mark.slow
def test_the_classic_network_has_its_very_architecture(trained: Find) -> None:
    model = trained("classic").keras_model
    dense = [layer for layer in model.layers if type(layer).__name__ == "Dense"]
    assert [layer.units for layer in dense] == [64, 32, 16, 1]
    assert [layer.activation.__name__ for layer in dense] == ["relu", "relu", "relu", "linear"]
    assert model.get_layer("probability").activation.__name__ == "sigmoid"
    assert trained("classic").manifest["fit"]["epochs"] == 10


@pytest.mark.slow
def test_calibration_is_the_last_layer_before_the_sigmoid(trained: Find) -> None:
    names = [type(layer).__name__ for layer in trained("network").keras_model.layers]
    assert names[-2:] == ["IsotonicCalibration", "Activation"]
    names = [type(layer).__name__ for layer in trained("logistic").keras_model.layers]
    assert names[-2:] == ["AffineCalibration", "Activation"]


@pytest.mark.slow
def test_the_manifest_tells_how_the_model_came_about(trained: Find) -> None:
    manifest = trained("logistic").manifest
    assert manifest["training"]["rows"] == 270
    assert manifest["training"]["events"] == 120
    assert manifest["evaluation"] == {
        "method": "repeated cross-validation of the whole recipe",
        "folds": 5, "repeats": 1, "rows": 270, "events": 120,
    }  # fmt: skip
    assert manifest["refits"] == {"count": 20, "level": 0.9}
    assert max(manifest["fit"]["serving_gaps"].values()) <= 1e-5
    assert manifest["environment"]["keras"].startswith("3.")
    assert (
        Recipe.from_dict({k: v for k, v in manifest["recipe"].items() if k != "digest"}).digest
        == manifest["recipe"]["digest"]
    )


@pytest.mark.slow
def test_a_feature_never_missing_in_training_is_required(trained: Find) -> None:
    schema = trained("network").schema
    missing = pima().isna().any()
    assert {f.name for f in schema if not f.required} == set(missing[missing].index)
    assert set(trained("network").manifest["missing_metrics"]) == set(missing[missing].index)


@pytest.mark.slow
def test_the_background_has_the_average_of_all_rows(trained: Find) -> None:
    artifact = trained("logistic")
    everybody = artifact.predict(heart()).mean()
    assert artifact.background.shape == (250, 13)
    assert artifact.predict_matrix(artifact.background).mean() == pytest.approx(everybody, abs=0.01)


@pytest.mark.slow
def test_the_simplest_model_is_chosen_where_nothing_is_gained() -> None:
    from diagnosis.ml.learning.choice import choose

    problem = pose(Recipe(target="disease", epochs=60), heart())
    resolved, facts = choose(problem.recipe, problem.sample)
    assert resolved.model == "logistic"
    assert set(facts["losses"]) == {"logistic", "network"}


@pytest.mark.slow
def test_a_network_is_chosen_where_inputs_only_matter_together() -> None:
    from diagnosis.ml.learning.choice import choose

    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 600))
    table = pd.DataFrame({"a": a, "b": b, "y": (a * b > 0).astype(int)})
    resolved, _ = choose(Recipe(target="y"), pose(Recipe(target="y"), table).sample)
    assert resolved.model == "network"


@pytest.mark.slow
def test_refits_vary_more_in_a_small_table() -> None:
    from diagnosis.ml.learning.refits import refit

    def spread(table: pd.DataFrame) -> float:
        problem = pose(Recipe(target="disease", model="logistic", refits=20), table)
        fitted = fit_logistic(problem.recipe, problem.sample, 0)
        members = refit(problem.recipe, problem.sample, fitted)
        x = problem.schema.matrix(heart())
        return float(np.std([m.probabilities(x)[:, 0] for m in members], axis=0).mean())

    columns = ["age", "sex", "resting_bp", "max_heart_rate", "exercise_angina", "disease"]
    whole = heart()[columns]
    assert spread(whole.sample(90, random_state=1)) > 1.2 * spread(whole)
