"""Pages of docs/ that are made from the tests: ``python -m tests.tables`` writes them anew.

A maker is a module with ``page() -> str``; it reads the data that the tests themselves run on, so
that a page cannot say what no test tries.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import django

DOCS = Path(__file__).resolve().parent.parent / "docs"
MAKERS = {
    "access-matrix.md": "tests.contracts.access_page",
    "bad-input.md": "tests.bad_input.page",
    "faults.md": "tests.faults.page",
}


def made(name: str) -> str:
    text: str = import_module(MAKERS[name]).page()
    return text


def main() -> None:
    django.setup()  # some makers ask the dictionary of codes
    for name in MAKERS:
        (DOCS / name).write_text(made(name))
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
