"""docs/paths.md: what the paths cost before and after, side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from medportal.configuration.addresses import ROOT

CLICK, KEY, SCREEN = 1.3, 0.28, 1.0
"""Seconds: to point and press, to strike a key, to scroll by one screen (ours) and find again."""
PAGE = ROOT / "docs" / "paths.md"
FIGURES = Path(__file__).with_name("paths.json")
HEAD = """\
# Three paths: clicks and seconds

Made by `python -m medportal.tools.bench.paths --write NAME`, in a real browser on a demonstration
of its own: the doctor goes from the worklist to a recorded decision, from a patient's number to a
recorded decision, and through a morning of twenty undecided results.

*Clicks* and *keys* are counted. *Screens* are what has to be scrolled until the next control is
wholly in sight. *In one screen* counts the decisions at which number and *Record* were in sight
together. *Hand* is reckoned: 1.3 s a click, 0.28 s a key (Card, Moran, Newell 1983), 1 s a screen
(our assumption); reading and thinking are not in it. *Machine* is measured: all pages of the path,
browser and portal on one machine that does other work too.

| Path | When | Decisions | Clicks | Keys | Screens | In one screen | Hand s | Machine s |
|---|---|---|---|---|---|---|---|---|
"""


@dataclass
class Cost:
    """What one path took."""

    decisions: int = 0
    clicks: int = 0
    keys: int = 0
    screens: float = 0.0
    machine: float = 0.0
    one_screen: int = 0
    """Of the decisions, how often number and button stood in one screen."""

    @property
    def hand(self) -> float:
        return self.clicks * CLICK + self.keys * KEY + self.screens * SCREEN


Costs = dict[str, Cost]
"""By the name of a path."""


def told(costs: Costs) -> dict[str, dict[str, float]]:
    return {name: asdict(cost) for name, cost in costs.items()}


def write(name: str, found: Costs) -> None:
    """Keep the figures under this name, and make the page anew."""
    kept = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    kept[name] = told(found)
    FIGURES.write_text(json.dumps(kept, indent=1) + "\n")
    known = {
        when: {path: Cost(**cost) for path, cost in paths.items()} for when, paths in kept.items()
    }
    PAGE.write_text(HEAD + "".join(_rows(known)))


def _rows(known: Mapping[str, Costs]) -> list[str]:
    paths = dict.fromkeys(path for found in known.values() for path in found)
    return [
        _row(path, name, found[path])
        for path in paths
        for name, found in known.items()
        if path in found
    ]


def _row(path: str, name: str, cost: Cost) -> str:
    whole = f"{cost.decisions} | {cost.clicks} | {cost.keys}"
    seen = f"{cost.screens:.1f} | {cost.one_screen} of {cost.decisions}"
    return f"| {path} | {name} | {whole} | {seen} | {cost.hand:.0f} | {cost.machine:.0f} |\n"
