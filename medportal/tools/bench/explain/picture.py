"""The picture of the page: error against time for every method, 30 features, both logarithmic."""

from __future__ import annotations

from html import escape
from pathlib import Path

import numpy as np

from medportal.tools.bench.explain import ours, rivals
from medportal.tools.bench.explain.goals import Results
from medportal.tools.bench.explain.measure import Line
from medportal.tools.bench.explain.tables import SLOW, best

WIDTH, HEIGHT = 860, 520
LEFT, RIGHT, TOP, BOTTOM = 76, 24, 64, 60
TIMES, ERRORS = (1.0, 20_000.0), (0.01, 1.0)
INK, GREY, OURS, THEIRS = "#1f2933", "#cbd2d9", "#0b6aa2", "#b35c00"
Place = tuple[float, float]


def write(path: Path, results: Results) -> None:
    """Draw the methods of one case."""
    lines = [
        line for line in results.lines if not line.failure and ERRORS[0] < line.error() < ERRORS[1]
    ]
    own = sorted((x for x in lines if x.call == ours.NAME and "rows" in x.method), key=_ms)
    kernel = _quickest([x for x in lines if x.method.startswith(rivals.PLAIN)])
    others = _quickest([x for x in lines if not x.method.startswith((ours.NAME, rivals.PLAIN))])
    slow = [x for x in lines if x.call in SLOW]
    parts = [*_frame(), _path(own, OURS), _path(sorted(kernel, key=_ms), THEIRS)]
    parts += [_dot(x, OURS, x.method.removeprefix(f"{ours.NAME}, ")) for x in own]
    parts += [_square(x, THEIRS, _short(x)) for x in [*kernel, *others]]
    parts += [_square(x, THEIRS, _short(x), hollow=True) for x in slow]
    path.write_text("\n".join([*parts, "</svg>"]) + "\n")


def _quickest(lines: list[Line]) -> list[Line]:
    named: dict[str, list[Line]] = {}
    for line in lines:
        named.setdefault(line.method, []).append(line)
    return [found for group in named.values() if (found := best(group))]


def _ms(line: Line) -> float:
    return line.ms


def _short(line: Line) -> str:
    name = line.method.replace("Explainer", "").replace(", l1_reg=0", "")
    return name.replace("Kernel, default", "Kernel, defaults")


def _at(ms: float, error: float) -> Place:
    across = np.log(np.clip(ms, *TIMES) / TIMES[0]) / np.log(TIMES[1] / TIMES[0])
    down = np.log(ERRORS[1] / np.clip(error, *ERRORS)) / np.log(ERRORS[1] / ERRORS[0])
    return (
        LEFT + float(across) * (WIDTH - LEFT - RIGHT),
        TOP + float(down) * (HEIGHT - TOP - BOTTOM),
    )


def _frame() -> list[str]:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="Helvetica, Arial, sans-serif" font-size="13">',
        "<title>Error against time of one explanation, 30 features</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(LEFT, 24, "Error against time: 30 features, 100 reference patients", size=16),
        _text(
            LEFT,
            44,
            "Dots: ours. Squares: shap over a compiled function; hollow: over model.predict.",
        ),
    ]
    for ms in (1, 10, 100, 1000, 10_000):
        x, y = _at(ms, ERRORS[0])
        parts.append(_line((x, TOP), (x, y)))
        parts.append(_text(x, y + 20, f"{ms:,} ms", anchor="middle"))
    for error in (0.01, 0.03, 0.1, 0.3, 1.0):
        x, y = _at(TIMES[0], error)
        parts.append(_line((x, y), (WIDTH - RIGHT, y)))
        parts.append(_text(x - 8, y + 4, f"{100 * error:.0f} %", anchor="end"))
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(_text(middle, HEIGHT - 14, "work of one core a patient", anchor="middle"))
    return parts


def _line(start: Place, end: Place) -> str:
    return (
        f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}" '
        f'stroke="{GREY}"/>'
    )


def _text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 13) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="{INK}">{escape(words)}</text>'
    )


def _path(lines: list[Line], colour: str) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in (_at(n.ms, n.error()) for n in lines))
    return f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _dot(line: Line, colour: str, words: str) -> str:
    x, y = _at(line.ms, line.error())
    told = _text(x - 9, y + 15, words, anchor="end", size=11)
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>{told}'


def _square(line: Line, colour: str, words: str, *, hollow: bool = False) -> str:
    x, y = _at(line.ms, line.error())
    fill = "#ffffff" if hollow else colour
    beside = (
        (x + 9, y - 6, "start") if words.startswith(("Kernel", "Deep")) else (x - 8, y + 14, "end")
    )
    told = _text(*beside[:2], words, anchor=beside[2], size=11)
    return (
        f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="{fill}" '
        f'stroke="{colour}" stroke-width="2"/>{told}'
    )
