"""The management commands and who they answer: the operator, or a person in whose name they act."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

OPERATOR = {
    "advance_demo": "demo.advance",
    "backup": "backup.make",
    "backup_key": "",
    "create_organisation": "organisation.create",
    "fill_demo": "demo.fill",
    "issue_token": "token.issue",
    "load_demo": "demo.load",
    "migrate": "",
    "restore": "backup.restore",
    "upgrade": "",
    "verify_backup": "backup.verify",
}
"""Commands of whoever owns the machine and the database anyway, with the act that the trail names;
without one, no row of a person or a patient is touched."""

EMPTY = "The file holds no row with a patient."  # the file is refused, not the person
NO_TEAM = "You work in no such care team. /team"
NO_WRITER = "Only nurses and clinicians write into a chart."

PERSONAL = {
    "export_chart": {
        "doctor": "done",
        "nurse": "Only clinicians export a chart.",
        "system": "done",
        "colleague": "No such patient.",
        "elsewhere": "No such patient.",
        "scientist": "No such patient.",
        "reviewer": "No such patient.",
        "officer": "No such patient.",
        "administrator": "No such patient.",
        "mighty": "No such patient.",
    },
    "import_records": {
        "doctor": EMPTY,
        "nurse": EMPTY,
        "system": EMPTY,
        "colleague": NO_TEAM,
        "elsewhere": NO_TEAM,
        "scientist": NO_WRITER,
        "reviewer": NO_WRITER,
        "officer": NO_WRITER,
        "administrator": NO_WRITER,
        "mighty": NO_TEAM,
    },
}
"""Commands in somebody's name: what they answer to each, behind the same gate as page and REST."""


def export_chart(world: Any, column: str, folder: Path) -> list[str]:
    person = ["--person", world.people[column].username]
    return [str(world.patient.pk), str(folder / column), *person, "--purpose", "legal"]


def import_records(world: Any, column: str, folder: Path) -> list[str]:
    file = folder / "records.csv"
    file.write_text("patient,code,value,unit,observed_at\n")
    team = str(world.rows["accounts_careteam"].pk)
    return [str(file), "--team", team, "--user", world.people[column].username]


ARGUMENTS: dict[str, Callable[[Any, str, Path], list[str]]] = {
    "export_chart": export_chart,
    "import_records": import_records,
}
