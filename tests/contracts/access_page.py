"""docs/access-matrix.md, from the table on which the tests run."""

from __future__ import annotations

from pathlib import Path

TABLE = Path(__file__).with_name("route_table.txt")
COLUMNS = (
    "stranger", "doctor", "nurse", "system", "colleague", "elsewhere", "scientist", "reviewer",
    "officer", "administrator", "mighty",
)  # fmt: skip


def page() -> str:
    lines = [
        "# Who may ask for what",
        "",
        "Made by `python -m tests.tables` from `tests/contracts/route_table.txt`; "
        "`tests/contracts/test_routes.py` tries every cell.",
        "",
        "| address | method | " + " | ".join(COLUMNS) + " |",
        "|---" * (len(COLUMNS) + 2) + "|",
    ]
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            name, method, *statuses = line.split()
            escaped = name.replace("|", "\\|")
            lines.append(f"| `{escaped}` | {method} | " + " | ".join(statuses) + " |")
    return "\n".join(lines) + "\n"
