"""A line for each method: as users call it, and at its best."""

from __future__ import annotations

from textwrap import shorten

from medportal.tools.bench.explain import ours
from medportal.tools.bench.explain.goals import Results
from medportal.tools.bench.explain.measure import Line

HEAD = ("method", "as users call it", "at its best", "error", "additivity gap", "model rows")
SLOW = ("predict", "predict_proba")
BARE = {"XLA": "over XLA", "NumPy": "over NumPy"}


def rows(results: Results) -> list[tuple[str, ...]]:
    """Return the cells of a table; times are ms of one core a patient."""
    found = []
    for key in dict.fromkeys((line.method, line.scale) for line in results.lines):
        lines = [line for line in results.lines if (line.method, line.scale) == key]
        good = [line for line in lines if not line.failure]
        found.append(_cells(good) if good else _failed(lines[0]))
    return found


def best(lines: list[Line]) -> Line | None:
    """Return the quickest of the calls that are not ``model.predict``."""
    quick = [line for line in lines if line.call not in SLOW]
    return min(quick, key=lambda line: line.ms) if quick else None


def _cells(good: list[Line]) -> tuple[str, ...]:
    slow = next((line for line in good if line.call in SLOW), None)
    top = best(good)
    shown = top or slow
    assert shown is not None
    name = shown.method + (f" ({shown.told})" if shown.told else "")
    name += " on the log-odds" if shown.scale == "log-odds" else ""
    called = BARE.get(top.call, "") if top else ""
    return (
        name,
        f"{ms(slow.ms)}" if slow else "",
        f"{ms(top.ms)} {called}".strip() if top else "",
        percent(shown.error()),
        f"{shown.gap:.0e}",
        f"{shown.rows:,.0f}" if shown.rows else "",
    )


def _failed(line: Line) -> tuple[str, ...]:
    return (line.method, "", "", "fails: " + shorten(line.failure, 52, placeholder=" …"), "", "")


def ms(value: float) -> str:
    """Three digits are more than a shared machine knows."""
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def percent(share: float) -> str:
    """Return a relative error; below what single precision can tell it is none."""
    return "0" if share < 1e-5 else f"{100 * share:.1f} %"


def text(results: Results) -> list[str]:
    """Return the table for a screen."""
    cells = [HEAD, *rows(results)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(HEAD))]
    return [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]


def markdown(head: tuple[str, ...], cells: list[tuple[str, ...]]) -> list[str]:
    """Return a table for a page; what is ours is bold."""
    lines = [head, tuple("---" for _ in head)]
    lines += [(f"**{row[0]}**", *row[1:]) if row[0].startswith(ours.NAME) else row for row in cells]
    return ["| " + " | ".join(line) + " |" for line in lines]
