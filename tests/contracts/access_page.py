"""docs/access-matrix.md, from the tables on which the tests run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.contracts.commands import OPERATOR, PERSONAL
from tests.contracts.lists import table as lists

TABLE = Path(__file__).with_name("route_table.txt")
COLUMNS = (
    "stranger", "doctor", "nurse", "system", "colleague", "elsewhere", "scientist", "reviewer",
    "officer", "administrator", "mighty",
)  # fmt: skip
LEGEND = """# Who may ask for what

Made by `python -m tests.tables` from the tables on which the tests run; a new address, command, list or page of the administration without its row fails them. `tests/contracts/test_routes.py` tries every cell with the right body, so that nothing but the caller's rights decides.

| column | who asks |
|---|---|
| stranger | nobody: no session, no token |
| doctor, nurse | of the care team of the patient in question |
| system | a service token (role *service client*) of that care team |
| colleague | a clinician of the same house, in another care team |
| elsewhere | a clinician of another organisation |
| scientist, reviewer, officer, administrator | these roles, in the patient's house |
| mighty | every role that one person may join, and Django's superuser, in another organisation |

| answer | meaning |
|---|---|
| 200, 201, 202, 204 | done |
| 302 | to the login, or, after a form, to the next page |
| 400, 409, 422 | allowed to ask; this body, or this row now, is refused |
| 401 | REST without a token that holds |
| 403 | the role does not use this address, or the token lacks its scope |
| 404 | it does not exist for the caller: foreign and missing are the same, byte for byte (`test_routes.py`) |
| 405 | no such method there |

PUT, PATCH and DELETE are taken nowhere and change nothing (`test_routes.py`). Each endpoint of REST names a scope (`test_scopes.py`). Identifiers of another house in addresses, bodies, filters and orderings, and fields that nobody asked for: `test_swaps.py`. The administration shows no clinical word: `test_admin_crawl.py`. Every refusal and every act leaves one event: `test_routes.py`, `test_doors.py`.
"""  # noqa: E501


def page() -> str:
    rows = list(_rows())
    parts = [
        ("Pages", [r for r in rows if not r[0].startswith(("api:", "admin", "schema", "docs"))]),
        ("REST", [r for r in rows if r[0].startswith(("api:", "schema", "docs"))]),
        ("Administration", [r for r in rows if r[0].startswith("admin")]),
    ]
    sections = [f"## {title}\n\n{_table(found)}" for title, found in parts]
    return "\n".join([LEGEND, *sections, _commands(), _lists()])


def _rows() -> Iterator[list[str]]:
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            yield line.split()


def _table(rows: Iterable[list[str]]) -> str:
    head = ["address", "method", *COLUMNS]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for name, method, *statuses in rows:
        escaped = name.replace("|", "\\|")
        lines.append(f"| `{escaped}` | {method} | {' | '.join(statuses)} |")
    return "\n".join(lines) + "\n"


def _commands() -> str:
    lines = [
        "## Commands",
        "",
        "`tests/contracts/test_commands.py`. In the name of a person, behind the same gate:",
        "",
        f"| command | {' | '.join(COLUMNS[1:])} |",
        "|---" * len(COLUMNS) + "|",
    ]
    for name, answers in PERSONAL.items():
        lines.append(f"| `{name}` | {' | '.join(answers[column] for column in COLUMNS[1:])} |")
    lines += ["", "Of the operator, who owns the machine and its database:", ""]
    lines += ["| command | act in the trail |", "|---|---|"]
    lines += [f"| `{name}` | {f'`{act}`' if act else '–'} |" for name, act in OPERATOR.items()]
    return "\n".join(lines) + "\n"


def _lists() -> str:
    lines = [
        "## Lists",
        "",
        "Which rows a list shows to whom, of all that there are (`tests/contracts/test_lists.py`). "
        "Whoever is not named sees none. `@somebody` is a person, `foreign-…` belongs to another "
        "house, the rest is of the doctor's team and house.",
        "",
        "| address | method | who asks | sees |",
        "|---|---|---|---|",
    ]
    for (name, method), shown in lists().items():
        by_rows: dict[str, list[str]] = {}
        for column, rows in shown.items():
            by_rows.setdefault(", ".join(sorted(rows)), []).append(column)
        lines += [
            f"| `{name}` | {method} | {', '.join(who)} | {rows} |" for rows, who in by_rows.items()
        ]
    return "\n".join(lines) + "\n"
