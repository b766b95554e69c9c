"""Which rows each list shows to whom: the table, and how it is read."""

from __future__ import annotations

from pathlib import Path

TABLE = Path(__file__).with_name("list_table.txt")


def table() -> dict[tuple[str, str], dict[str, set[str]]]:
    """(address, method) → what is shown by column; whoever is not named sees no row."""
    found: dict[tuple[str, str], dict[str, set[str]]] = {}
    here: dict[str, set[str]] = {}
    for line in TABLE.read_text().splitlines():
        if line.startswith("#") or not line:
            continue
        if not line.startswith(" "):
            name, method = line.split()
            here = found[name, method] = {}
            continue
        columns, shown = line.split(":")
        for column in columns.split():
            here[column] = set(shown.split())
    return found
