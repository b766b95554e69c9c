"""The try-out as the hand moves: from a position sent to its number and reasons, whole stack."""

from __future__ import annotations

import re
from itertools import cycle
from uuid import uuid4

from medportal.tools.bench.browser import Browser
from medportal.tools.bench.portal import Client

SLIDER = re.compile(
    r'id="slide_(\w+)" min="([\d.-]+)" max="([\d.-]+)" step="[\d.-]+" value="([\d.-]+)"'
)
DONE, POSITIONS, WARM_UP = 'class="figure"', 40, 20
MOST = 240
"""Twice as many, where half are refused, stay within what one person may try in a minute."""
BY_SCRIPT = {"HX-Request": "true"}


def measure(client: Client, password: str, service: str, rounds: int) -> list[float]:
    """Seconds for each position of one slider after the other; the first ones fill the caches."""
    browser = Browser(client.port)
    browser.log_in("doctor", password)
    address = f"{_scored(client, service)}try/"
    places = positions(browser.open(address))
    took: list[float] = []
    rounds, page = min(rounds, MOST), uuid4().hex
    for number in range(2 * rounds + WARM_UP):
        text = browser.send(address, BY_SCRIPT, page=page, turn=str(number), **next(places))
        if number >= WARM_UP and DONE in text:  # a refusal is quicker: it has no reasons
            took.append(browser.took)
        if len(took) == rounds:
            return took
    raise RuntimeError("Too many positions were refused.")


def _scored(client: Client, service: str) -> str:
    """The page of a run that has its number."""
    for row in client.call("GET", "/api/v1/predictions?page_size=100")["results"]:
        if row["service"] == service and row["state"] == "done" and row["origin"] == "api":
            return str(row["links"]["page"])
    raise RuntimeError(f"No run of {service} to try values on.")


def positions(page: str) -> cycle[dict[str, str]]:
    """Each slider a little up and down around where it stands, as a hand does."""
    found = []
    for name, low, high, at in SLIDER.findall(page):
        start, reach = float(at), (float(high) - float(low)) * 0.15
        decimals = len(at.partition(".")[2])
        for step in range(POSITIONS):
            value = start + reach * (step / POSITIONS - 0.5)
            value = min(max(value, float(low)), float(high))
            found.append({f"value_{name}": f"{value:.{decimals}f}"})
    return cycle(found)
