"""docs/bad-input.md, from the very cases that the tests send."""

from __future__ import annotations

from tests.bad_input.around import AROUND
from tests.bad_input.cases import CASES, Case
from tests.bad_input.doors import DOORS, Door, Import

TEST = "tests/bad_input/test_doors.py"


def page() -> str:
    names = [door.name for door in DOORS]
    lines = [
        "# What comes of bad input",
        "",
        "Made by `python -m tests.tables` from `tests/bad_input/cases.py`. Every cell is a test: "
        f"`{TEST}` sends the case through the door, looks for the message at that place, and "
        "counts the rows of every clinical table before and after: none is written. A page says "
        "it beside the field and in a summary on top, and keeps what was typed; REST answers with "
        "a problem (RFC 9457) whose pointer leads to the field. A file is taken (202), and the "
        "report of its import says at which row or resource it stands: what can not be read is "
        "left out while its patient comes in, what contradicts refuses the patient. One row "
        "alone: "
        f"`pytest {TEST} -k impossible-value`.",
        "",
        "| what is wrong | " + " | ".join(names) + " |",
        "|---" * (len(names) + 1) + "|",
    ]
    for case in CASES:
        cells = [cell(case, door) for door in DOORS]
        lines.append(f"| {case.mistake} (`{case.name}`) | " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", *around(), "", *MORE]) + "\n"


def cell(case: Case, door: Door) -> str:
    """What the door answers, or why the case cannot come through it."""
    why = door.why_not(case)
    if why:
        return f"– ({why})"
    at, code = door.where(case)
    said = f"{door.status(case)} at `{at or '(the whole)'}`" + (f": `{code}`" if code else "")
    is_left_out = isinstance(door, Import) and not door.refuses(case)
    return f"{said}, left out" if is_left_out else said


MORE = (
    "What can be read, but all values together resemble no patient of the training data "
    "(`unlike_training`), is kept and ends refused before a number is computed: "
    "`tests/inference/test_likeness.py`, `docs/decisions/0055-unlike-training.md`. A result that "
    "one step of measurement error would move is called borderline: "
    "`tests/portal/test_borderline.py`.",
)


def around() -> list[str]:
    lines = ["## Around the values", "", "| what is wrong | what comes | test |", "|---|---|---|"]
    for one in AROUND:
        path = f"`{one.module.replace('.', '/')}.py::{one.test}`"
        lines.append(f"| {one.mistake} | {one.answer} | {path} |")
    return lines
