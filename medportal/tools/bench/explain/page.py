"""The measured part of ``docs/explanations.md``, between its two markers, and its picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medportal.configuration.addresses import ROOT
from medportal.tools.bench.explain import cases, coverage, picture, tables
from medportal.tools.bench.explain.goals import Goal, Results

PAGE = ROOT / "docs" / "explanations.md"
PICTURE = ROOT / "docs" / "pictures" / "explanations.svg"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(frozen=True)
class Measured:
    """When, how long it took, and what belongs to no case."""

    day: str
    minutes: float
    coverage: Sequence[coverage.Covered]


def write(told: Measured, results: dict[str, Results], judged: list[Goal]) -> None:
    """Renew both."""
    before, rest = PAGE.read_text().split(BEGIN)
    lines = [BEGIN, *text(told, results, judged), END]
    PAGE.write_text(before + "\n".join(lines) + rest.split(END)[1])
    picture.write(PICTURE, results["breast"])


def text(told: Measured, results: dict[str, Results], judged: list[Goal]) -> list[str]:
    """Return what stands between the markers."""
    lines = [
        f"Measured {told.day} by `make bench-explain` in {told.minutes:.0f} minutes.",
        "",
    ]
    lines += tables.markdown(
        ("goal", "measured", ""),
        [(g.name, g.value, g.verdict) for g in judged],
    )
    for name, result in results.items():
        lines += ["", f"### {cases.TITLES[name]}", ""]
        if result.reference:
            off = tables.percent(result.reference)
            lines += [f"Compared with values by permutations that are themselves {off} off.", ""]
        lines += tables.markdown(tables.HEAD, tables.rows(result))
    lines += ["", "### Whether the interval holds", ""]
    return lines + tables.markdown(coverage.HEAD, coverage.rows(told.coverage))
