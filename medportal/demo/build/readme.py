"""The table of the demonstration's models in README.md, between its two markers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from medportal.demo.build.card import SMALLEST_GAIN
from medportal.demo.build.report import interval

BEGIN, END = "<!-- models: begin -->", "<!-- models: end -->"
COLUMNS = (
    ("age-sex", "age (and sex)"),
    ("usual", "usual test or score"),
    ("logistic", "logistic regression"),
    ("boosting", "gradient boosting"),
    ("network", "network, scaled"),
    ("network-raw", "network, raw"),
)
LOSES = {"gain": " ▼", "loss": " ▲"}
"""How a rival stands to the shipped model: a gain of the model is a loss of the rival."""


def table(manifests: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the table: AUROC of all on the same folds; Brier and slope of the shipped model."""
    head = ["service", "n / events", "**shipped model**", *(title for _, title in COLUMNS)]
    head += ["Brier", "calibration slope"]
    lines = [head, ["---"] * len(head)]
    for slug, manifest in manifests.items():
        rivals = {rival["code"]: rival for rival in manifest["comparators"]}
        measured, own = manifest["evaluation"], manifest["metrics"]
        cells = [f"`{slug}`", f"{measured['rows']} / {measured['events']}"]
        cells.append(f"**{interval(own['auroc'])}**")
        cells += [_rival(rivals[code]) for code, _ in COLUMNS]
        slope = interval(own["calibration_slope"], 2)
        slope += "" if measured["calibration_known"] else " †"
        lines.append([*cells, interval(own["brier"]), slope])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _rival(rival: Mapping[str, Any]) -> str:
    figures: Mapping[str, Any] = rival["metrics"]["auroc"]
    return interval(figures) + LOSES.get(rival["verdict"], "")


def named(manifests: Mapping[str, Mapping[str, Any]], code: str, verdict: str) -> str:
    """Return the services on which the shipped model's verdict on a rival is ``verdict``."""
    found = [
        f"`{slug}`"
        for slug, manifest in manifests.items()
        for rival in manifest["comparators"]
        if rival["code"] == code and rival["verdict"] == verdict
    ]
    return ", ".join(found) or "none"


def text(manifests: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what stands between the markers; a gain of the model is a loss of the rival."""
    return "\n".join(
        [
            BEGIN,
            table(manifests),
            "",
            "AUROC with its 95 % interval unless said otherwise, all on the same held-out folds. "
            "▼ worse than the shipped model, ▲ better: the 95 % interval of the difference on the "
            f"same patients leaves out 0, and it is at least {SMALLEST_GAIN}; † fewer than 100 "
            "events: the slope is imprecise. The shipped model is a penalised logistic regression "
            "in the Keras frame.",
            "",
            "Where the classic network (64-32-16-1) loses against it: with scaled inputs on "
            f"{named(manifests, 'network', 'gain')}; with raw inputs on "
            f"{named(manifests, 'network-raw', 'gain')}. Where it wins: with scaled inputs "
            f"{named(manifests, 'network', 'loss')}, with raw inputs "
            f"{named(manifests, 'network-raw', 'loss')}.",
            END,
        ]
    )


def replaced(page: str, manifests: Mapping[str, Mapping[str, Any]]) -> str:
    """Return ``page`` with the part between the markers made anew."""
    before, rest = page.split(BEGIN)
    return before + text(manifests) + rest.split(END)[1]


def write(path: Path, manifests: Mapping[str, Mapping[str, Any]]) -> None:
    """Renew the table in a page, if it is not current."""
    page = path.read_text()
    renewed = replaced(page, manifests)
    if renewed != page:
        path.write_text(renewed)
