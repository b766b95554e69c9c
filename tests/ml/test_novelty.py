"""How unlike a row is to the training rows: known answers, what must not matter, real mistakes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest, chi2, norm

from diagnosis.ml import Artifact, ArtifactError, Feature, FeatureSchema
from diagnosis.ml.cli import main
from diagnosis.ml.inputs.terms import YES_NO, Category
from diagnosis.ml.novelty import Novelty, fitting, learn
from diagnosis.ml.novelty.measure import Measure

Find = Callable[[str], Artifact]
SERVICES = Path(__file__).parents[2] / "medportal" / "demo" / "data" / "artifacts"
MIXED = np.array([[1.0, 0.6, 0.0], [0.6, 1.0, -0.3], [0.0, -0.3, 1.0]])


def number(name: str) -> Feature:
    return Feature(name, {"en": name})


def category(name: str, codes: int) -> Feature:
    answers = tuple(Category(k, str(k), {"en": str(k)}) for k in range(codes))
    return Feature(name, {"en": name}, kind="category", categories=answers)


NUMBERS = [number("a"), number("b"), number("c")]


def gaussian(rows: int, seed: int = 0) -> np.ndarray:
    """Numbers with known correlations, far from zero as clinical ones are."""
    drawn = np.random.default_rng(seed).multivariate_normal([100, 50, 70], 4 * MIXED, rows)
    return drawn.astype(np.float32)


# Known answers


def test_the_surprise_of_gaussian_rows_is_the_mahalanobis_distance() -> None:
    x = gaussian(20_000)
    total, mean, _ = Measure.fit(x, NUMBERS).surprise(x)
    off = x.astype(np.float64) - [100, 50, 70]
    known = np.einsum("ij,jk,ik->i", off, np.linalg.inv(4 * MIXED), off)
    np.testing.assert_allclose(mean, 3)
    assert np.corrcoef(total, known)[0, 1] > 0.999
    usual = known < chi2.ppf(0.99, 3)
    assert np.abs(total - known)[usual].mean() < 0.15


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_the_score_of_gaussian_rows_is_the_quantile_of_chi_square(columns: int) -> None:
    """99 of 100 rows lie below the score of the chi-square's 99 % quantile, however many inputs."""
    features = NUMBERS[:columns]
    score = Measure.fit(gaussian(20_000)[:, :columns], features).score(
        gaussian(20_000, seed=1)[:, :columns]
    )
    for share in (0.9, 0.95, 0.99):
        assert (score > norm.ppf(share)).mean() == pytest.approx(1 - share, abs=0.012)


def test_the_threshold_refuses_the_share_that_it_was_set_for() -> None:
    found = fitting.find(gaussian(3_000), NUMBERS, seed=0)
    assert found.value == pytest.approx(norm.ppf(0.99), abs=0.25)
    assert found.lower <= 0.01 <= found.upper
    fresh = Measure.fit(gaussian(3_000), NUMBERS).score(gaussian(20_000, seed=2))
    assert (fresh > found.value).mean() == pytest.approx(0.01, abs=0.006)


@pytest.mark.parametrize(("count", "rows"), [(0, 100), (50, 100), (2, 210), (349, 349)])
def test_the_interval_of_a_share_is_wilson_s(count: int, rows: int) -> None:
    known = binomtest(count, rows).proportion_ci(0.95, method="wilson")
    assert fitting.wilson(count / rows, rows) == pytest.approx(tuple(known), abs=1e-9)


# What must not matter, and what must


def test_another_unit_changes_nothing() -> None:
    x = np.exp(gaussian(500) / 20)  # skewed: enters as a logarithm
    scaled = x * np.array([18.02, 0.1, 1000], dtype=np.float32)
    np.testing.assert_allclose(
        Measure.fit(scaled, NUMBERS).score(scaled), Measure.fit(x, NUMBERS).score(x), atol=1e-3
    )


def test_other_names_for_the_same_answers_change_nothing() -> None:
    x = with_answers(300)
    swapped = x.copy()
    swapped[:, 1] = 2 - x[:, 1]
    features = [number("a"), category("k", 3)]
    np.testing.assert_allclose(
        Measure.fit(swapped, features).score(swapped), Measure.fit(x, features).score(x), atol=1e-9
    )


def with_answers(rows: int, seed: int = 0) -> np.ndarray:
    """A number that a category moves: 0 common, 1 less so, 2 in one of a hundred."""
    rng = np.random.default_rng(seed)
    codes = rng.choice(3, rows, p=[0.6, 0.39, 0.01])
    return np.column_stack([rng.normal(codes * 4, 1), codes]).astype(np.float32)


def test_the_farther_out_the_more_unlike() -> None:
    measure = Measure.fit(gaussian(500), NUMBERS)
    out = np.array([[100 + step, 50, 70] for step in (0, 3, 6, 12, 50, 1e6, 3e38)], np.float32)
    scores = measure.score(out)
    assert (np.diff(scores)[:-2] > 0).all()
    assert np.isfinite(scores).all()


def test_a_skewed_number_is_judged_by_its_ratio_to_the_usual() -> None:
    x = np.exp(np.random.default_rng(0).normal(0, 1, (2_000, 1))).astype(np.float32)
    hundredfold, hundredth = Measure.fit(x, [number("a")]).score(np.float32([[100], [0.01]]))
    assert hundredth == pytest.approx(hundredfold, abs=0.5)
    assert hundredth > norm.ppf(0.999)


def test_where_many_rows_are_alike_they_are_not_refused_together() -> None:
    """Twelve rows in a thousand give the rarest answer, more than may be refused: so none is."""
    x = np.repeat(np.float32([[0], [1], [2]]), [600, 388, 12], axis=0)
    features = [category("k", 3)]
    for seed in range(5):
        entry = learn(x, features, seed)
        assert entry is not None
        assert not Novelty.from_dict(entry, features).unlike(x).any()


def test_a_missing_value_is_no_surprise() -> None:
    x = gaussian(4_000)
    rng = np.random.default_rng(1)
    x[rng.random(x.shape) < 0.3] = np.nan
    measure = Measure.fit(x, NUMBERS)
    scores, gaps = measure.score(x), np.isnan(x).sum(axis=1)
    for count in (0, 1, 2):
        assert scores[gaps == count].mean() == pytest.approx(0, abs=0.12)
    nothing = np.full((1, 3), np.nan, np.float32)
    assert measure.score(nothing) == 0


def test_values_that_do_not_go_together_are_unlike_though_each_is_usual() -> None:
    x = gaussian(2_000)
    measure, sd = Measure.fit(x, NUMBERS), 2.0
    together = np.array([[100 + 1.8 * sd, 50 + 1.8 * sd, 70]], np.float32)
    against = np.array([[100 + 1.8 * sd, 50 - 1.8 * sd, 70]], np.float32)
    assert measure.score(against)[0] > measure.score(together)[0] + 1
    adds = measure.contributions(against)[:2]
    assert (adds > 3 * abs(measure.contributions(against)[2])).all()


def test_a_number_is_judged_by_the_answer_beside_it() -> None:
    measure = Measure.fit(with_answers(2_000), [number("a"), category("k", 3)])
    fits, does_not = measure.score(np.array([[0, 0], [0, 1]], np.float32))
    assert does_not > fits + 2


def test_a_rare_answer_alone_is_no_reason_to_refuse() -> None:
    """Two of 210 patients had an ST-T abnormality: that is rare, not foreign."""
    x = with_answers(210)
    features = [number("a"), category("k", 3)]
    threshold = fitting.find(x, features, 0).value
    rare = np.array([[8.0, 2]], np.float32)
    assert Measure.fit(x, features).score(rare)[0] <= threshold


def test_answers_that_exclude_each_other_are_unlike_together() -> None:
    rng = np.random.default_rng(0)
    same = rng.choice(2, 1_000)
    x = np.column_stack([same, np.where(rng.random(1_000) < 0.02, 1 - same, same)])
    features = [category("k", 2), category("l", 2)]
    scores = Measure.fit(x.astype(np.float32), features).score(np.float32([[0, 0], [0, 1]]))
    assert scores[1] > scores[0] + 2


@pytest.mark.parametrize(
    ("features", "column"),
    [
        ([number("a")], np.arange(30.0)),
        ([number("a")], np.full(30, 5.0)),
        ([number("a")], np.repeat([0.0, 1.0], [29, 1])),
        ([number("a")], np.full(30, np.nan)),
        ([category("k", 2)], np.repeat([0.0, 1.0], [29, 1])),
        ([category("k", 2)], np.full(30, np.nan)),
        ([Feature("b", {"en": "b"}, kind="boolean", categories=YES_NO)], np.zeros(30)),
    ],
)
def test_tables_with_one_input_and_without_any_spread(
    features: list[Feature], column: np.ndarray
) -> None:
    x = column[:, None].astype(np.float32)
    entry = learn(x, features, seed=0)
    assert entry is not None
    novelty = Novelty.from_dict(json.loads(json.dumps(entry, allow_nan=False)), features)
    assert np.isfinite(novelty.measure.score(x)).all()
    assert novelty.unlike(x).mean() <= 0.05


def test_a_wide_table_has_no_measure() -> None:
    x = np.random.default_rng(0).normal(size=(30, 61)).astype(np.float32)
    assert learn(x, [number(f"f{j}") for j in range(61)], seed=0) is None


# Real tables, real mistakes


def likeness(slug: str, **values: object) -> list[str]:
    """The findings «unlike» of one row of a demonstration service, given in its own units."""
    found = Artifact.load(SERVICES / slug).check([values])[0]
    return [finding.feature for finding in found if finding.code == "unlike_training"]


DIABETES = {"glucose_2h": 151, "bmi": 33.1, "age": 45, "pregnancies": 2, "diastolic_bp": 76}


def light_chains(kappa: float, lambda_: float) -> dict[str, object]:
    """A man of 68 with free light chains in mg/dL."""
    return {
        "age": 68, "sex": 1,
        "kappa": {"value": kappa, "unit": "mg/dL"}, "lambda": {"value": lambda_, "unit": "mg/dL"},
    }  # fmt: skip


PBC = {"age": 55, "bilirubin": 1.1, "albumin": 3.6, "prothrombin_time": 10.6, "oedema": 0}
HEART = {
    "age": 58, "sex": 1, "chest_pain": 2, "exercise_angina": 0, "systolic_bp": 132,
    "cholesterol": 240, "fasting_glucose_high": 0, "resting_ecg": 0, "peak_heart_rate": 150,
    "st_depression": 1.0, "st_slope": 2,
}  # fmt: skip


@pytest.mark.parametrize(
    ("slug", "row"),
    [
        ("diabetes-onset", DIABETES),
        ("flc-mortality", light_chains(1.6, 1.9)),
        ("pbc-prognosis", PBC),
        ("coronary-disease", HEART),
        ("breast-mass", {"age": 45, "shape": 1, "margin": 1, "density": 3}),
        ("breast-mass", {"age": 71, "shape": 4, "margin": 5}),
    ],
)
def test_an_ordinary_patient_is_like_the_others(slug: str, row: dict[str, object]) -> None:
    assert likeness(slug, **row) == []


@pytest.mark.parametrize(
    ("slug", "row", "named"),
    [
        ("flc-mortality", light_chains(16, 19), {"kappa", "lambda"}),
        ("flc-mortality", light_chains(0.16, 0.19), {"kappa", "lambda"}),
        ("pbc-prognosis", PBC | {"bilirubin": 0.064}, {"bilirubin"}),  # read as umol/L
        ("pbc-prognosis", PBC | {"bilirubin": 3.6, "albumin": 1.1}, {"albumin"}),  # swapped
        ("diabetes-onset", DIABETES | {"glucose_2h": 33, "bmi": 68}, {"bmi", "glucose_2h"}),
        ("coronary-disease", HEART | {"systolic_bp": 240, "cholesterol": 132}, {"systolic_bp"}),
    ],
)
def test_a_mistake_that_passes_the_limits_of_each_value_is_found(
    slug: str, row: dict[str, object], named: set[str]
) -> None:
    artifact = Artifact.load(SERVICES / slug)
    assert [f.code for f in artifact.check([row])[0]] == ["unlike_training"]
    assert set(likeness(slug, **row)) <= named


@pytest.mark.parametrize("slug", sorted(path.name for path in SERVICES.iterdir()))
def test_what_is_kept_is_small_and_names_no_row(slug: str) -> None:
    entry = Artifact.load(SERVICES / slug).manifest["novelty"]
    assert len(json.dumps(entry["measure"])) < 10_000
    assert all(len(margin["values"]) <= 7 for margin in entry["measure"]["margins"])
    assert entry["refused"]["lower"] <= 0.01 <= entry["refused"]["upper"]


# Artifacts


def spoilt(entry: dict, place: str) -> dict:
    measure = json.loads(json.dumps(entry["measure"]))
    match place:
        case "covariance":
            measure["covariance"][0][1] = measure["covariance"][1][0] = 99.0
        case "margins":
            measure["margins"].pop()
        case "knots":
            measure["margins"][0]["values"].reverse()
        case "answers":
            measure["answers"][0]["alone"][0] = 0.0
        case "parent":
            measure["answers"][-1]["parent"] = 40
        case "shape":
            measure["effects"] = [1.0]
    return {**entry, "measure": measure}


@pytest.mark.parametrize("place", ["covariance", "margins", "knots", "answers", "parent", "shape"])
def test_a_measure_that_contradicts_itself_is_refused_at_loading(
    place: str, tmp_path: Path
) -> None:
    artifact = Artifact.load(SERVICES / "coronary-disease")
    entry = spoilt(artifact.manifest["novelty"], place)
    artifact.with_manifest(novelty=entry).save(tmp_path)
    with pytest.raises(ArtifactError, match="contradicts itself"):
        Artifact.load(tmp_path)


def test_an_artifact_from_before_the_measure_still_loads_and_finds_nothing(tmp_path: Path) -> None:
    artifact = Artifact.load(SERVICES / "flc-mortality")
    old = {k: v for k, v in artifact.manifest.items() if k not in ("novelty", "files", "format")}
    loaded = Artifact.load(Artifact(old, artifact.files).save(tmp_path))
    assert loaded.novelty is None
    assert loaded.check([light_chains(16, 19)]) == [[]]


def test_the_command_line_warns_and_still_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, out = tmp_path / "t.csv", tmp_path / "p.csv"
    table.write_text("age,sex,kappa,lambda\n68,1,1.6,1.9\n68,1,16,19\n")
    artifact = str(SERVICES / "flc-mortality")
    assert main(["predict", "--artifact", artifact, "--data", str(table), "--out", str(out)]) == 0
    assert "warning: unlike_training: " in (said := capsys.readouterr().err)
    assert "(row 2)" in said
    assert len(out.read_text().splitlines()) == 3


def test_the_schema_s_own_findings_stay(trained: Find) -> None:
    artifact = trained("logistic")
    assert isinstance(artifact.schema, FeatureSchema)
    codes = {finding.code for finding in artifact.check([{"age": float("inf")}])[0]}
    assert {"infinite", "required_missing"} <= codes
