"""The command line: files in, files out, exit status 2 and one clear line when it can not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from diagnosis.ml import Artifact
from diagnosis.ml.cli import main
from tests.ml.conftest import CASES, TABLES, heart, pbc

Find = Callable[[str], Artifact]
ROOT = Path(__file__).parents[2]
HEART = str(TABLES / "heart_statlog.csv")


@pytest.fixture
def folder(trained: Find, tmp_path: Path) -> str:
    """A saved artifact."""
    return str(trained("logistic").save(tmp_path / "model"))


@pytest.mark.slow
def test_a_shell_can_train_predict_explain_and_evaluate(tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.json"
    recipe.write_text(json.dumps({"model": "logistic", "refits": 20, "repeats": 1}))
    model = str(tmp_path / "model")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "diagnosis.ml", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)

    made = run("train", "--data", HEART, "--target", "disease",
               "--recipe", str(recipe), "--out", model)  # fmt: skip
    assert made.stderr.startswith("logistic: auroc 0.9")
    assert "event: 1 (44 %); written to" in made.stderr
    assert made.stderr.count("\n") == 1
    scored = run("predict", "--artifact", model, "--data", HEART, "--out", f"{model}/../p.csv")
    assert scored.stderr == ""
    judged = run("evaluate", "--artifact", model, "--data", HEART)
    assert json.loads(judged.stdout)["metrics"]["auroc"]["value"] > 0.9
    artifact = Artifact.load(model)
    np.testing.assert_allclose(
        pd.read_csv(tmp_path / "p.csv").probability, artifact.predict(heart()), atol=1e-12
    )


@pytest.mark.slow
def test_parquet_is_read_and_written_like_csv(folder: str, tmp_path: Path) -> None:
    heart().to_parquet(tmp_path / "heart.parquet")
    for data, out in ((HEART, "a.csv"), (str(tmp_path / "heart.parquet"), "b.parquet")):
        path = str(tmp_path / out)
        assert main(["predict", "--artifact", folder, "--data", data, "--out", path]) == 0
    one, other = pd.read_csv(tmp_path / "a.csv"), pd.read_parquet(tmp_path / "b.parquet")
    np.testing.assert_allclose(one.probability, other.probability, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "columns"),
    [
        ("multiclass", ["1", "2", "3", "4"]),
        ("multilabel", ["ascites", "hepato", "spiders"]),
        ("regression", ["value"]),
        ("logistic", ["probability"]),
    ],
)
def test_one_column_a_class(trained: Find, tmp_path: Path, case: str, columns: list[str]) -> None:
    trained(case).save(tmp_path / "model")
    table = CASES[case][1]()
    table.to_csv(tmp_path / "t.csv", index=False)
    out = tmp_path / "p.csv"
    model, data = str(tmp_path / "model"), str(tmp_path / "t.csv")
    assert main(["predict", "--artifact", model, "--data", data, "--out", str(out)]) == 0
    written = pd.read_csv(out)
    assert list(written.columns) == columns
    assert len(written) == len(table)


@pytest.mark.slow
@pytest.mark.parametrize("case", ["logistic", "multiclass"])
def test_contributions_add_up_in_the_file(trained: Find, tmp_path: Path, case: str) -> None:
    artifact = trained(case)
    artifact.save(tmp_path / "model")
    table = CASES[case][1]().head(3)
    table.to_csv(tmp_path / "t.csv", index=False)
    out = tmp_path / "e.csv"
    model, data = str(tmp_path / "model"), str(tmp_path / "t.csv")
    assert main(["explain", "--artifact", model, "--data", data, "--out", str(out)]) == 0
    written = pd.read_csv(out)
    mark = ":3" if case == "multiclass" else ""
    names = [f"{name}{mark}" for name in artifact.schema.names]
    total = written[names].sum(axis=1) + written[f"base_value{mark}"]
    np.testing.assert_allclose(total, written[f"prediction{mark}"], atol=1e-4)


@pytest.mark.slow
def test_findings_are_warnings_that_name_the_rows(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = heart().head(4).astype({"cholesterol": float})
    table.loc[1, "chest_pain"] = 9
    table.loc[2, "cholesterol"] = np.inf
    table.loc[3, "age"] = -5
    table = table.drop(columns="thal")
    table.to_csv(tmp_path / "t.csv", index=False)
    out = str(tmp_path / "p.csv")
    data = str(tmp_path / "t.csv")
    assert main(["predict", "--artifact", folder, "--data", data, "--out", out]) == 0
    said = capsys.readouterr().err
    assert "warning: unseen_category: chest_pain" in said
    assert "warning: infinite: cholesterol" in said
    assert "warning: out_of_bounds: age" in said
    assert "warning: required_missing: thal" in said
    assert "(row 2)" in said
    assert "(4 rows: 1, 2, 3, 4)" in said
    assert pd.read_csv(out).probability.notna().all()


@pytest.mark.slow
def test_a_table_without_the_models_columns_can_not_be_used(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pd.DataFrame({"a": [1]}).to_csv(tmp_path / "t.csv", index=False)
    data, out = str(tmp_path / "t.csv"), str(tmp_path / "p.csv")
    assert main(["predict", "--artifact", folder, "--data", data, "--out", out]) == 2
    assert "none of the model's columns" in capsys.readouterr().err


@pytest.mark.slow
def test_a_table_without_the_target_can_not_be_judged(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heart().drop(columns="disease").to_csv(tmp_path / "t.csv", index=False)
    assert main(["evaluate", "--artifact", folder, "--data", str(tmp_path / "t.csv")]) == 2
    assert "no target column disease" in capsys.readouterr().err


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line on the error stream."""
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("error: ")
    return said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "can not be read as CSV"),
        (b"\xff\xfe\x00\x01", "can not be read as CSV"),
        (b"a,disease\n", "no rows"),
        (b"a,disease\n1,0\n2,1\n", "too few"),
        (b"a,b\n1,0\n2,1\n", "no target column disease"),
        (b"a,disease\n1,2,3,4\n1\n1,2,3,4,5,6,7\n", ""),
    ],
)
def test_a_file_that_can_not_be_used_ends_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, said: str
) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    data, out = str(tmp_path / "t.csv"), str(tmp_path / "model")
    assert main(["train", "--data", data, "--target", "disease", "--out", out]) == 2
    assert said in one_line(capsys)
    assert not Path(out).exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "--data", "nowhere.csv", "--target", "y", "--out", "x"],
        ["train", "--data", HEART, "--out", "x"],
        ["train", "--data", HEART, "--target", "sadness", "--out", "x"],
        ["train", "--data", HEART, "--target", "disease", "--recipe", "nowhere.json", "--out", "x"],
        ["predict", "--artifact", "nowhere", "--data", HEART, "--out", "x"],
        ["evaluate", "--artifact", HEART, "--data", HEART],
    ],
)
def test_what_is_not_there_ends_in_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    one_line(capsys)


def test_a_wrong_recipe_ends_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "r.json").write_text('{"model": "forest"}')
    recipe, out = str(tmp_path / "r.json"), str(tmp_path / "model")
    arguments = ["train", "--data", HEART, "--target", "disease", "--recipe", recipe, "--out", out]
    assert main(arguments) == 2
    assert "model must be one of" in one_line(capsys)


def test_an_option_that_does_not_exist_is_status_two() -> None:
    with pytest.raises(SystemExit) as left:
        main(["predict", "--colour", "red"])
    assert left.value.code == 2


@pytest.mark.slow
def test_columns_left_out_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = pbc().dropna(subset=["stage"]).assign(patient_id=range(412), site=1)
    table.to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "r.json").write_text('{"model": "logistic", "repeats": 1, "folds": 2}')
    data, recipe = str(tmp_path / "t.csv"), str(tmp_path / "r.json")
    arguments = ["train", "--data", data, "--target", "stage", "--recipe", recipe]
    assert main([*arguments, "--out", str(tmp_path / "m.zip")]) == 0
    said = capsys.readouterr().err
    assert "warning: Column patient_id is left out" in said
    assert "warning: Column site is left out" in said
    assert Artifact.load(tmp_path / "m.zip").task.kind == "multiclass"


@pytest.mark.slow
@pytest.mark.parametrize("command", ["predict", "explain", "evaluate"])
def test_rows_longer_than_the_header_are_refused_by_every_command(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    lines = Path(HEART).read_text().splitlines()
    (tmp_path / "t.csv").write_text("\n".join([lines[0], *(line + "," for line in lines[1:])]))
    arguments = [command, "--artifact", folder, "--data", str(tmp_path / "t.csv")]
    arguments += [] if command == "evaluate" else ["--out", str(tmp_path / "o.csv")]
    assert main(arguments) == 2
    assert "row 2 has 15 fields, the header 14" in one_line(capsys)


def quick(tmp_path: Path, table: pd.DataFrame, target: str, *more: str) -> tuple[int, str]:
    """Train on a table with the quickest recipe; the status and the folder."""
    table.to_csv(tmp_path / "train.csv", index=False)
    (tmp_path / "r.json").write_text('{"model": "logistic", "refits": 0, "repeats": 1, "folds": 2}')
    data, recipe, out = (str(tmp_path / name) for name in ("train.csv", "r.json", "model"))
    command = ["train", "--data", data, "--target", target, "--recipe", recipe, "--out", out]
    return main([*command, *more]), out


@pytest.mark.slow
def test_grades_are_read_by_their_value_and_events_by_their_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A batch of digits alone, one with a word, and one in Parquet give the same answers."""
    rng = np.random.default_rng(0)
    grade = rng.choice(["1", "2", "3", "GX"], 300)
    risk = pd.Series(grade).map({"1": 0.1, "2": 0.4, "3": 0.8, "GX": 0.5})
    died = np.where(rng.uniform(size=300) < risk, "Died", "Survived")
    table = pd.DataFrame({"grade": grade, "age": rng.integers(30, 90, 300), "outcome": died})
    status, model = quick(tmp_path, table, "outcome")
    said = capsys.readouterr().err
    assert status == 0
    assert "warning: event: Died (" in said
    assert "event: Died (" in said.splitlines()[-1]
    new = pd.DataFrame({"grade": ["1", "2", "3", "GX"], "age": 60})
    new.to_csv(tmp_path / "word.csv", index=False)
    new.head(3).to_csv(tmp_path / "digits.csv", index=False)
    new.head(3).astype({"grade": int}).to_parquet(tmp_path / "digits.parquet")
    answers = []
    for name in ("word.csv", "digits.csv", "digits.parquet"):
        out = str(tmp_path / f"{name}.out.csv")
        data = str(tmp_path / name)
        assert main(["predict", "--artifact", model, "--data", data, "--out", out]) == 0
        answers.append(pd.read_csv(out).probability.to_numpy()[:3])
    assert capsys.readouterr().err == ""
    assert answers[0][0] < answers[0][1] < answers[0][2]
    np.testing.assert_array_equal(answers[0], answers[1])
    np.testing.assert_array_equal(answers[0], answers[2])


@pytest.mark.slow
def test_patients_with_several_rows_are_named_by_an_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pd.concat([heart().assign(pid=range(270))] * 2, ignore_index=True)
    table["age"] += np.arange(540) % 3
    table = table.assign(disease=table["disease"].map({0: "better", 1: "worse"}))
    assert quick(tmp_path, table, "disease", "--group", "pid")[0] == 2
    assert "better or worse: which of them is the event? Say it with --positive" in one_line(capsys)
    more = ("--group", "pid", "--positive", "worse")
    status, model = quick(tmp_path, table, "disease", *more)
    assert status == 0
    manifest = Artifact.load(model).manifest
    assert (manifest["recipe"]["group"], manifest["task"]["positive"]) == ("pid", "worse")
    capsys.readouterr()
    data = str(tmp_path / "train.csv")
    widths = []
    for options in ([], ["--group", "age"]):
        assert main(["evaluate", "--artifact", model, "--data", data, *options]) == 0
        area = json.loads(capsys.readouterr().out)["metrics"]["auroc"]
        widths.append(area["upper"] - area["lower"])
    assert widths[0] != widths[1]
    table.drop(columns="pid").to_csv(data, index=False)
    assert main(["evaluate", "--artifact", model, "--data", data]) == 0
    assert "no column pid: each row counts as another patient" in capsys.readouterr().err


@pytest.mark.slow
def test_a_label_that_nobody_knows_is_null(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.normal(size=200).round(3)})
    table["l1"] = (table["a"] + rng.normal(size=200) > 0).astype(int)
    table["l2"] = rng.integers(0, 2, 200)
    status, model = quick(tmp_path, table, "l1,l2")
    assert status == 0
    capsys.readouterr()
    (tmp_path / "test.csv").write_text("a,l1,l2\n0.1,1,\n-0.4,0,\n1.2,1,\n")
    assert main(["evaluate", "--artifact", model, "--data", str(tmp_path / "test.csv")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["labels"]["l2"]["auroc"] is None
    assert found["labels"]["l1"]["auroc"] is not None


def test_a_folder_with_other_things_in_it_is_not_written_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.docx").write_bytes(b"mine")
    assert main(["train", "--data", HEART, "--target", "disease", "--out", str(tmp_path)]) == 2
    assert "thesis.docx" in one_line(capsys)
