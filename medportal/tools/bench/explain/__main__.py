"""``make bench-explain``: our explanations beside those of ``shap``, all on one core.

``--write`` also renews ``docs/explanations.md`` and its picture; ``--again FILE`` does so from an
earlier run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medportal.configuration.addresses import ROOT, var_folder
from medportal.tools.bench.explain import cases, coverage, goals, page, tables
from medportal.tools.bench.explain.child import GRAPHS
from medportal.tools.bench.explain.goals import Results
from medportal.tools.bench.explain.measure import Line

THREADS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS",
)  # fmt: skip


def main() -> None:
    """Measure, or take an earlier run; print it; write the page if that was asked for."""
    asked = argparse.ArgumentParser(prog="make bench-explain")
    asked.add_argument("--write", action="store_true", help="renew docs/explanations.md")
    asked.add_argument("--again", type=Path, metavar="FILE", help="an earlier run's figures")
    given = asked.parse_args()
    told = json.loads(given.again.read_text()) if given.again else _measured()
    results = {name: _read(found) for name, found in told["cases"].items()}
    covered = [coverage.Covered(**found) for found in told["coverage"]]
    judged = goals.all_of(results) + coverage.goals(covered)
    _report(results, covered, judged)
    if given.write:
        page.write(page.Measured(told["day"], told["minutes"], covered), results, judged)
        say("docs/explanations.md and its picture are renewed.")


def _measured() -> Any:
    """All figures, as the file of a run keeps them."""
    folder = var_folder() / "bench" / "explain"
    folder.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})  # the processes that are started inherit it
    lines = {}
    for name in cases.NAMES:
        say(f"{cases.TITLES[name]} …")
        parts = ("all",) if name == cases.TREE else ("all", *GRAPHS)
        lines[name] = [line for part in parts for line in _child(folder, "child", name, part)]
    say("How often the 95 % interval holds the value of the whole cohort …")
    covered = list(_child(folder, "coverage"))
    minutes = (time.perf_counter() - began) / 60
    day = time.strftime("%Y-%m-%d", time.gmtime())
    told = {"cases": lines, "coverage": covered, "day": day, "minutes": minutes}
    file = folder / f"explain-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}.json"
    file.write_text(json.dumps(told, indent=1) + "\n")
    shown = file.relative_to(ROOT) if file.is_relative_to(ROOT) else file
    say(f"{minutes:.0f} minutes on one core. All figures are in {shown}.")
    return told


def _child(folder: Path, module: str, *parts: str) -> Iterator[Any]:
    """Yield what a process of our own says, line by line; what libraries say goes to a file."""
    command = [sys.executable, "-m", f"medportal.tools.bench.explain.{module}", *parts, str(folder)]
    surroundings = os.environ | dict.fromkeys(THREADS, "1") | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    with (folder / "libraries.log").open("a") as noise:
        process = subprocess.Popen(  # noqa: S603  # our own program
            command, cwd=ROOT, env=surroundings, text=True, stdout=subprocess.PIPE, stderr=noise
        )
        assert process.stdout is not None
        yield from (json.loads(line) for line in process.stdout if line.startswith("{"))
    if process.wait():
        raise SystemExit(f"{module} {' '.join(parts)} failed; see {folder / 'libraries.log'}.")


def _read(found: list[Any]) -> Results:
    results = Results()
    for told in found:
        if "line" in told:
            results.lines.append(Line.from_dict(told["line"]))
        results.reference = told.get("reference", results.reference)
        results.cohort = told.get("cohort", results.cohort)
    return results


def _report(
    results: dict[str, Results], covered: list[coverage.Covered], judged: list[goals.Goal]
) -> None:
    for name, result in results.items():
        say(f"\n{cases.TITLES[name]}; ms of one core a patient, 100 reference patients")
        say(f"(the values compared with are themselves {tables.percent(result.reference)} off)")
        for line in tables.text(result):
            say(line)
    say("\nThe 95 % interval and the values against the whole cohort")
    for line in coverage.text(covered):
        say(line)
    say("\nGoals")
    for goal in judged:
        say(f"{goal.verdict:14}  {goal.name}: {goal.value}")


def say(line: str) -> None:
    """Print at once: a run takes minutes."""
    print(line, flush=True)  # noqa: T201  # a command speaks


if __name__ == "__main__":
    main()
