"""``make bench``: the whole stack beside what most people would write, in the same run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from statistics import quantiles

from medportal.configuration.addresses import ROOT, var_folder
from medportal.supervisor.process import wait_until
from medportal.tools.bench import hospital, load, portal, trying
from medportal.tools.launch.apart import Installation, environment, running

SERVICE = "coronary-disease"
ARTIFACT = ROOT / "medportal" / "demo" / "data" / "artifacts" / SERVICE
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "60"))
REFERENCE_ROUNDS = 10
HOSPITAL = os.environ.get("BENCH_HOSPITAL", "").split()
"""Options of ``fill_demo``, to measure a smaller one."""


def main() -> None:
    folder = var_folder() / "bench"
    say(f"Starting a demonstration of its own for {SERVICE} …")
    with running(folder / "installation") as installation:
        client = portal.Client(installation.port, installation.token("doctor"))
        say(f"{ROUNDS} predictions by REST through the whole stack …")
        took = portal.measure(client, SERVICE, ROUNDS)
        say("Positions of a hand that tries values …")
        took["try-out"] = trying.measure(client, installation.password, SERVICE, ROUNDS * 4)
        say(f"{load.RUNS} predictions at once …")
        loaded = load.measure(installation, client, SERVICE)
        say("An empty Celery task …")
        took["empty task"] = empty_task(installation, ROUNDS)
    say("The bare script: model.predict and shap.KernelExplainer …")
    bare = reference(REFERENCE_ROUNDS)
    took |= {"bare predict": bare["predict"], "bare explain": bare["explain"]}
    took |= in_a_hospital(folder)
    report(folder, took, loaded)
    say("\nExplanations beside those of shap …")
    subprocess.run([sys.executable, "-m", "medportal.tools.bench.explain"], cwd=ROOT, check=True)


def in_a_hospital(folder: Path) -> dict[str, list[float]]:
    """Pages among 100,000 patients and 5 million observations; filled once, kept for the next."""
    say("A hospital of its real size (filling it takes minutes, the first time) …")
    with running(folder / "hospital") as installation:
        for line in installation.manage("fill_demo", *HOSPITAL).splitlines():
            say(f"  {line}")
        took: dict[str, list[float]] = {}
        for who in (hospital.WARD_DOCTOR, hospital.HOUSE_DOCTOR):
            say(f"{ROUNDS} times each page, as the doctor of the {who} …")
            pages = hospital.measure(installation.port, who, installation.password, ROUNDS)
            took |= {f"{who}: {page}": seconds for page, seconds in pages.items()}
        return took


def empty_task(installation: Installation, rounds: int) -> list[float]:
    """Round trips through the same broker, one worker process, the result by its backend."""
    surroundings = environment(installation.folder, BENCH_BROKER=installation.broker)
    command = [
        sys.executable, "-m", "celery", "-A", "medportal.tools.bench.empty", "worker",
        "-Q", "bench", "-c", "1", "--loglevel", "WARNING", "--without-mingle", "--without-gossip",
    ]  # fmt: skip
    worker = subprocess.Popen(command, cwd=ROOT, env=surroundings)  # noqa: S603  # our own program
    os.environ["BENCH_BROKER"] = installation.broker
    from medportal.tools.bench.empty import nothing

    try:
        nothing.apply_async().get(timeout=60)
        took = []
        for _ in range(rounds):
            began = time.perf_counter()
            nothing.apply_async().get(timeout=30)
            took.append(time.perf_counter() - began)
        return took
    finally:
        worker.terminate()
        wait_until(lambda: worker.poll() is not None, 20)


def reference(rounds: int) -> dict[str, list[float]]:
    command = [sys.executable, "-m", "medportal.tools.bench.reference", str(ARTIFACT), str(rounds)]
    surroundings = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    text = subprocess.check_output(command, cwd=ROOT, env=surroundings, text=True)  # noqa: S603  # our own program
    found: dict[str, list[float]] = json.loads(text.splitlines()[-1])
    return found


ROWS = (
    ("request to visible result", "result", "empty task"),
    ("request to visible explanation", "explanation", "bare explain"),
    ("try-out: position to its reasons", "try-out", "result"),
    ("empty Celery task, round trip", "empty task", "empty task"),
    ("bare model.predict", "bare predict", "empty task"),
    ("bare shap.KernelExplainer", "bare explain", "bare explain"),
    *(
        (f"{who}: {page}", f"{who}: {page}", f"{who}: {hospital.ACCOUNT}")
        for who in (hospital.WARD_DOCTOR, hospital.HOUSE_DOCTOR)
        for page in hospital.PAGES
    ),
)


def report(folder: Path, took: dict[str, list[float]], loaded: load.Load) -> None:
    """A table on the screen, and all of it as JSON; only ratios of one run mean anything."""
    rows = []
    say(f"\n{'':34}{'p50 ms':>10}{'p95 ms':>10}{'n':>6}   p50 against")
    for label, name, against in ROWS:
        p50, p95 = percentiles(took[name])
        ratio = p50 / percentiles(took[against])[0]
        rows.append(
            {
                "label": label,
                "p50": p50,
                "p95": p95,
                "n": len(took[name]),
                "ratio": ratio,
                "against": against,
            }
        )
        figures = f"{p50 * 1000:10.1f}{p95 * 1000:10.1f}{len(took[name]):6}"
        say(f"{label:34}{figures}   {ratio:.2f} × {against}")
    say(
        f"\n{loaded.a_minute:.0f} predictions with their reasons a minute through the whole "
        f"stack; a worker's child alone could do {loaded.a_minute_and_child:.0f}."
    )
    for role, sizes in loaded.memory_mb.items():
        say(f"  {role}: {', '.join(map(str, sizes))} MB")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"serving-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}.json"
    file.write_text(
        json.dumps(
            {"service": SERVICE, "rows": rows, "seconds": took, "load": asdict(loaded)}, indent=1
        )
        + "\n"
    )
    say(f"\nAll figures are in {file.relative_to(ROOT) if file.is_relative_to(ROOT) else file}.")


def percentiles(seconds: list[float]) -> tuple[float, float]:
    cuts = quantiles(seconds, n=20, method="inclusive")
    return cuts[9], cuts[18]


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  # a command speaks


if __name__ == "__main__":
    main()
