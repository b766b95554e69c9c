"""The command line of the library: CSV or Parquet in, files out, one clear line when it can not."""

from __future__ import annotations

import argparse
import json
import os
import sys
import warnings
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diagnosis.ml.artifact import Artifact
from diagnosis.ml.container import KNOWN
from diagnosis.ml.errors import MLError, RecipeError, TableError
from diagnosis.ml.manifest import MANIFEST
from diagnosis.ml.package import refuse_strangers
from diagnosis.ml.recipe import Recipe
from diagnosis.ml.schema import FeatureSchema

if TYPE_CHECKING:
    import pandas as pd

UNUSABLE = 2
_ROWS_NAMED = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status, 2 where the input can not be used at all."""
    given = _parser().parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's own chatter helps nobody
    with warnings.catch_warnings():
        warnings.showwarning = _show  # type: ignore[assignment]  # takes the rest as it comes
        warnings.simplefilter("always", category=UserWarning)
        try:
            given.run(given)
        except MLError as error:
            _say(f"error: {' '.join(str(error).split())}")
            return UNUSABLE
        except OSError as error:
            _say(f"error: {error.filename}: {error.strerror}")
            return UNUSABLE
    return 0


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def _show(message: Warning | str, category: type[Warning], *_: Any) -> None:
    if issubclass(category, UserWarning):
        _say(f"warning: {message}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m diagnosis.ml", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    made = {
        name: commands.add_parser(name, help=text)
        for name, text in (
            ("train", "make an artifact of a table"),
            ("predict", "write calibrated results, one line a row"),
            ("explain", "write what each input contributed, one line a row"),
            ("evaluate", "print the metrics of an artifact on a table as JSON"),
            ("upgrade", "add to an older artifact what newer ones hold"),
        )
    }
    runs = (_train, _predict, _explain, _evaluate, _upgrade)
    for command, run in zip(made.values(), runs, strict=True):
        command.set_defaults(run=run)
    train, predict, explain, evaluate, upgrade = made.values()
    for command in (train, predict, explain, evaluate):
        command.add_argument("--data", required=True, help="the table, CSV or Parquet")
    train.add_argument("--target", help="the column to predict; several, separated by commas")
    train.add_argument("--recipe", help="a recipe as JSON")
    train.add_argument("--task", help="what is answered; told from the target where not given")
    train.add_argument("--horizons", help="times of the risks told", type=float, nargs="+")
    train.add_argument("--positive", help="the value of the target that is the event")
    for command in (train, evaluate):
        command.add_argument("--group", help="the column that says whose row it is")
    train.add_argument("--schema", help="a feature schema as JSON; inferred where not given")
    train.add_argument("--against", help="an artifact in use, to compare on the same patients")
    for command in (train, upgrade):
        command.add_argument("--out", required=True, help="the folder, or .zip, to write")
    for command in (predict, explain, evaluate, upgrade):
        command.add_argument("--artifact", required=True, help="folder or .zip of an artifact")
    for command in (predict, explain):
        command.add_argument("--out", required=True, help="the file to write, CSV or Parquet")
    evaluate.add_argument("--out", help="also write the JSON here")
    return parser


def _json(path: str) -> Any:
    file = Path(path)
    if not file.is_file():
        raise TableError(f"There is no file {path}.")
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RecipeError(f"{path} can not be read as JSON.") from error


def _table(path: str, schema: FeatureSchema | None = None) -> pd.DataFrame:
    from diagnosis.ml.learning.tables import read_table

    return read_table(path, [f.name for f in schema or () if not f.is_quantity])


def _write(table: pd.DataFrame, path: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    if Path(path).suffix.lower() in (".parquet", ".pq"):
        table.to_parquet(path, index=False)
    else:
        table.to_csv(path, index=False)


def _recipe(given: argparse.Namespace) -> Recipe:
    recipe = Recipe.from_dict(_json(given.recipe)) if given.recipe else Recipe()
    said: dict[str, Any] = {
        name: getattr(given, name)
        for name in ("task", "positive", "group", "horizons")
        if getattr(given, name)
    }
    if given.target:
        names = tuple(given.target.split(","))
        said["target"] = names if len(names) > 1 else names[0]
    return replace(recipe, **said)


def _train(given: argparse.Namespace) -> None:
    recipe = _recipe(given)
    if not _is_zip(given.out):
        refuse_strangers(Path(given.out), {MANIFEST, *KNOWN})  # before an hour of training
    schema = FeatureSchema.from_dict(_json(given.schema)) if given.schema else None
    table = _table(given.data, schema)
    from diagnosis.ml.learning.against import in_words
    from diagnosis.ml.learning.table_checks import warns
    from diagnosis.ml.learning.training import train

    artifact = train(recipe, table, schema, **_beside(given, recipe, table, schema))
    path = _kept(artifact, given.out)
    for finding in artifact.manifest["findings"]:
        if not warns(finding["code"], artifact.task):  # the others have warned
            _say(f"note: {finding['message']['en']}")
    model, event = artifact.manifest["choice"]["model"], _event(artifact)
    for entry in artifact.manifest.get("against", ()):
        _say(in_words(entry))
    _say(f"{model}: {_headline(artifact)}; {event}written to {path}")


def _event(artifact: Artifact) -> str:
    event = artifact.task.result.event(artifact.task)
    if event is None:
        return ""
    percent = round(100 * artifact.manifest["training"]["rate"])
    return f"event: {event} ({percent} %); "


def _beside(
    given: argparse.Namespace, recipe: Recipe, table: pd.DataFrame, schema: FeatureSchema | None
) -> dict[str, Any]:
    """Return what ``train`` needs to tell this model from the one in use."""
    if not given.against:
        return {}
    from diagnosis.ml.learning.against import against
    from diagnosis.ml.learning.validation import evaluate_recipe

    other = Artifact.load(given.against)
    measured = evaluate_recipe(recipe, table, schema)
    return {"measured": measured, "extra": {"against": [against(measured, other, table)]}}


def _kept(artifact: Artifact, out: str) -> Path:
    return artifact.to_zip(out) if _is_zip(out) else artifact.save(out)


def _is_zip(out: str) -> bool:
    return Path(out).suffix.lower() == ".zip"


def _upgrade(given: argparse.Namespace) -> None:
    from diagnosis.ml.upgrade import upgraded

    old = Artifact.load(given.artifact)
    new = upgraded(old)
    said = "it held everything" if new is old else f"{old.digest[:12]} -> {new.digest[:12]}"
    _say(f"{said}; written to {_kept(new, given.out)}")


def _headline(artifact: Artifact) -> str:
    metrics = artifact.manifest["metrics"]
    name = artifact.task.result.headline
    value = metrics[name]
    if value["value"] is None:
        return f"{name} unknown"
    if value["lower"] is None:
        return f"{name} {value['value']:.3f}"
    return f"{name} {value['value']:.3f} ({value['lower']:.3f} to {value['upper']:.3f})"


def _opened(given: argparse.Namespace) -> tuple[Artifact, pd.DataFrame]:
    """Return artifact and table; TableError where they have no column in common."""
    artifact = Artifact.load(given.artifact)
    table = _table(given.data, artifact.schema)
    known = [name for name in artifact.schema.names if name in table.columns]
    if not known:
        raise TableError(
            f"{given.data} has none of the model's columns: {', '.join(artifact.schema.names)}."
        )
    _report(artifact, table)
    return artifact, table


def _report(artifact: Artifact, table: pd.DataFrame) -> None:
    """Say on the error stream what was found, one line a kind of finding; rows count from 1."""
    found: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, findings in enumerate(artifact.check(table), start=1):
        for finding in findings:
            found[finding.feature, finding.code, finding.message].append(number)
    for (feature, code, message), rows in found.items():
        named = ", ".join(map(str, rows[:_ROWS_NAMED])) + (" …" if len(rows) > _ROWS_NAMED else "")
        noun = "row" if len(rows) == 1 else f"{len(rows)} rows:"
        _say(f"warning: {code}: {feature}: {message} ({noun} {named})")


def _columns(artifact: Artifact) -> list[str]:
    return list(artifact.task.result.columns(artifact.task))


def _predict(given: argparse.Namespace) -> None:
    artifact, table = _opened(given)
    import pandas as pd

    results, task = artifact.predict(table).reshape(len(table), -1), artifact.task
    _write(pd.DataFrame(dict(task.result.written(task, results))), given.out)


def _explain(given: argparse.Namespace) -> None:
    """Write base value, prediction, and one column a feature (a class and feature)."""
    artifact, table = _opened(given)
    import numpy as np
    import pandas as pd

    explanation = artifact.explain(table)
    values = np.asarray(explanation.values)
    names = list(artifact.schema.names)
    if values.ndim == 2:
        columns = {"base_value": explanation.base_value, "prediction": explanation.predictions}
        out = pd.DataFrame({**columns, **dict(zip(names, values.T, strict=True))})
    else:
        out = pd.concat(
            [
                pd.DataFrame(
                    {
                        f"base_value:{label}": np.asarray(explanation.base_value)[k],
                        f"prediction:{label}": np.asarray(explanation.predictions)[:, k],
                        **{f"{name}:{label}": values[:, j, k] for j, name in enumerate(names)},
                    }
                )
                for k, label in enumerate(_columns(artifact))
            ],
            axis=1,
        )
    _write(out, given.out)


def _group(given: argparse.Namespace, artifact: Artifact, table: pd.DataFrame) -> str | None:
    """Return the column that says whose row it is: as named, else the model's own if there."""
    if given.group:
        return str(given.group)
    own = (artifact.manifest.get("recipe") or {}).get("group")
    if own and own not in table.columns:
        _say(f"warning: the table has no column {own}: each row counts as another patient.")
        return None
    return own or None


def _evaluate(given: argparse.Namespace) -> None:
    artifact, table = _opened(given)
    import numpy as np

    from diagnosis.ml.learning.patients import owners
    from diagnosis.ml.learning.scores import measure

    y = artifact.task.read(table)
    known = artifact.task.result.known(y)
    if not known.any():
        raise TableError("No row of the table has a known target.")
    predicted = artifact.predict(table).reshape(len(table), -1)
    groups = owners(table.take(np.flatnonzero(known)), _group(given, artifact, table))
    found = measure(artifact.task, y[known], predicted[known][None], groups=groups)
    told = {"task": artifact.task.to_dict(), "rows": int(known.sum()), "metrics": found}
    told |= artifact.task.result.details(artifact.task, y[known], predicted[known])
    text = json.dumps(told, indent=1, allow_nan=False)
    sys.stdout.write(text + "\n")
    if given.out:
        Path(given.out).write_text(text + "\n", encoding="utf-8")
