"""docs/paths.md: what the paths cost before and after, side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from medportal.configuration.addresses import ROOT

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


def write(name: str, found: dict[str, Any]) -> None:
    """Keep the figures under this name, and make the page anew."""
    known = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    known[name] = found
    FIGURES.write_text(json.dumps(known, indent=1) + "\n")
    PAGE.write_text(HEAD + "".join(_rows(known)))


def _rows(known: dict[str, Any]) -> list[str]:
    paths = dict.fromkeys(path for found in known.values() for path in found)
    return [
        _row(path, name, found[path])
        for path in paths
        for name, found in known.items()
        if path in found
    ]


def _row(path: str, name: str, cost: dict[str, Any]) -> str:
    whole = f"{cost['decisions']} | {cost['clicks']} | {cost['keys']}"
    seen = f"{cost['screens']:.1f} | {cost['one_screen']} of {cost['decisions']}"
    return f"| {path} | {name} | {whole} | {seen} | {cost['hand']:.0f} | {cost['machine']:.0f} |\n"
