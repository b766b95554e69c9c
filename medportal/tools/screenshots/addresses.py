"""Every address of a running demonstration that a person may open, and who may."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from medportal.tools.launch.apart import Installation

ASK = "from medportal.tools.screenshots import atlas_told; atlas_told.tell()"
OK, NOT_FOR_READING = 200, 405
ADMINISTRATOR = "admin"
Ask = Callable[[str], Any]
"""Asks for an address as somebody, following no redirection."""


@dataclass(frozen=True)
class Atlas:
    """What a running demonstration says of itself."""

    addresses: dict[str, str]
    """``route`` or ``route kind`` → address."""
    names: list[str]
    """That people gave: to patients, each other, teams and tokens."""


def atlas_of(installation: Installation) -> Atlas:
    return Atlas(**json.loads(installation.manage("shell", "-v", "0", "-c", ASK).splitlines()[-1]))


def readers(pages: Mapping[str, str], asks: Mapping[str, Ask]) -> dict[str, str]:
    """For each page the first of the accounts that may open it; fragments and acts are none."""
    found = {}
    for name, address in pages.items():
        for username, ask in asks.items():
            if name.startswith("admin:") and username != ADMINISTRATOR:
                continue
            answer = ask(address)
            if answer.status == NOT_FOR_READING:
                break
            if answer.status == OK and "<html" in answer.text()[:600]:
                found[name] = username
                break
    return found
