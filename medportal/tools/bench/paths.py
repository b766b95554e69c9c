"""``python -m medportal.tools.bench.paths``: what three paths cost a doctor's hand, in a browser.

From the worklist to a decision, from a search to a decision, and a morning: twenty undecided
results in a row. Counted are clicks, keys and screens scrolled until the next control is in
sight; the machine's seconds are measured; the hand's are reckoned from the counts with the
figures of Card, Moran and Newell. ``--write NAME`` keeps them as that column of docs/paths.md.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from medportal.tools.bench.paths_page import Cost, Costs, told, write
from medportal.tools.bench.portal import Client
from medportal.tools.launch.apart import Installation, running
from medportal.tools.launch.browser import find

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
MORNING = 20
SERVICES = ("coronary-disease", "pbc-prognosis")
"""Whose results are made for it; they ask for no own estimate first."""
UNDECIDED = "a.chip[href*='show=undecided']"
ROWS = "[data-rows] [data-row][href^='/predictions/']"
NEXT = "a.next-patient"
FORM = "#decision-form"
RECORD = "#decision-form button[type=submit]"
NUMBER = ".figure, .decision .sum strong"
SKIP = "form.estimate button[value=skip]"
LAST = ".last:has(strong):not(:has-text('decided')) a[href^='/predictions/']:visible"
PATIENCE = 10_000


class Hand:
    """One person at one page; everything done by it is counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.cost = Cost()

    def click(self, target: Locator) -> None:
        self._bring(target)
        self.cost.clicks += 1
        target.click()
        self.page.wait_for_load_state()

    def type(self, target: Locator, text: str) -> None:
        self.click(target)
        self.cost.keys += len(text) + 1
        target.press_sequentially(text)
        target.press("Enter")
        self.page.wait_for_load_state()

    def _bring(self, target: Locator) -> None:
        """Scroll as far as it takes to see the whole control, by the screen."""
        before = self._top()
        target.scroll_into_view_if_needed()
        moved: int = abs(self._top() - before)
        self.cost.screens += moved / self.page.evaluate("innerHeight")

    def _top(self) -> int:
        top: int = self.page.evaluate(
            "[document.scrollingElement, ...document.querySelectorAll('.columns > aside')]"
            ".reduce((sum, part) => sum + part.scrollTop, 0)"
        )
        return top

    def decide(self) -> None:
        """Judgement, the usual action, and the record; before them the own estimate if asked."""
        skip, form = self.page.locator(SKIP), self.page.locator(FORM)
        skip.or_(form).first.wait_for(state="attached")
        if skip.count():
            self.click(skip)
            form.wait_for(state="attached")
        opener = self.page.locator("[data-decide]:visible")
        if opener.count() and not in_sight(form.locator("label").first):
            self.click(opener.first)
        self.click(form.locator("label:has(input[name=assessment])").first)
        usual = form.locator("label:has(input[name=action])")
        named = usual.filter(has_text="usual")
        self.click(named.first if named.count() else usual.first)
        numbers, record = self.page.locator(NUMBER).all(), self.page.locator(RECORD)
        self._bring(record)
        self.cost.one_screen += any(map(in_sight, numbers)) and in_sight(record)
        self.click(record)
        self.page.locator(".decided").first.wait_for()
        self.cost.decisions += 1


def in_sight(thing: Locator) -> bool:
    """Whether all of it is in the window, and not under what sticks there."""
    found: bool = thing.evaluate(
        """thing => {
          const box = thing.getBoundingClientRect();
          if (!box.height || box.top < 0 || box.bottom > innerHeight + 1) return false;
          const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
          return Boolean(at) && (thing.contains(at) || at.contains(thing));
        }"""
    )
    return found


def from_the_worklist(hand: Hand) -> None:
    hand.page.goto("/?show=undecided")
    hand.cost = Cost()
    hand.click(hand.page.locator(ROWS).first)
    hand.decide()


def from_a_search(hand: Hand, number: str) -> None:
    """The number on a wristband, the chart, the result, the decision."""
    page = hand.page
    page.goto("/patients/")
    hand.cost = Cost()
    finder = page.locator("[data-finds]:visible")
    if finder.count():
        hand.click(finder.first)
    hand.type(page.locator("#find"), number)
    if "/patients/" in page.url and page.locator("[data-rows] [data-row]").count():
        hand.click(page.locator("[data-rows] [data-row]").first)
    hand.click(page.locator(LAST).first)
    hand.decide()


def a_morning(hand: Hand) -> None:
    page = hand.page
    page.goto("/")
    hand.cost = Cost()
    for number in range(MORNING):
        onward = page.locator(f"{NEXT}:visible")
        if number and onward.count():
            hand.click(onward.first)
        else:
            if number:
                hand.click(page.locator(".bar a.name"))
            chip = page.locator(UNDECIDED)
            if chip.get_attribute("aria-current") is None:
                hand.click(chip)
            hand.click(page.locator(ROWS).first)
        hand.decide()


def timed(hand: Hand, walk: Any, *words: str) -> Cost:
    began = time.perf_counter()
    walk(hand, *words)
    hand.cost.machine = time.perf_counter() - began
    return hand.cost


def measure(browser: Browser, url: str, password: str, client: Client) -> Costs:
    """Each path on each size of screen; the morning has its results made anew each time."""
    found: Costs = {}
    for size, (width, height) in SIZES.items():
        undecided(client, MORNING + 2)
        context = browser.new_context(
            base_url=url, viewport={"width": width, "height": height}, locale="en-GB"
        )
        context.set_default_timeout(PATIENCE)
        hand = Hand(context.new_page())
        log_in(hand.page, password)
        found[f"{size}: worklist to decision"] = timed(hand, from_the_worklist)
        found[f"{size}: search to decision"] = timed(hand, from_a_search, number_of_one(hand.page))
        found[f"{size}: a morning"] = timed(hand, a_morning)
        context.close()
    return found


def log_in(page: Page, password: str) -> None:
    page.goto("/")
    page.fill("input[name=login]", "doctor")
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda address: "/login" not in address)


def number_of_one(page: Page) -> str:
    """The record number of whom the worklist has first."""
    page.goto("/?show=undecided")
    page.locator(ROWS).first.click()
    page.wait_for_load_state()
    text = page.locator(".banner dd").all_inner_texts()
    return next("".join(words.split()) for words in text if words.replace(" ", "").isdigit())


def undecided(client: Client, wanted: int) -> None:
    """New runs of so many of the doctor's patients: each then waits for a decision."""
    client, made = replace(client), 0  # a connection of its own: the last one was long idle
    for patient in _rows(client, "/api/v1/patients?page_size=100"):
        for fit in _rows(client, f"/api/v1/patients/{patient['id']}/services"):
            if made == wanted:
                return
            if fit["status"] == "ready" and fit["service"] in SERVICES:
                address, body = f"/api/v1/services/{fit['service']}/predictions", patient["id"]
                answer = client.call("POST", address, {"patient": body}, Prefer="wait=10")
                made += answer["state"] == "done"
    raise RuntimeError(f"Only {made} patients are ready.")


def _rows(client: Client, address: str) -> list[Any]:
    answer = client.call("GET", address)
    rows: list[Any] = answer["results"] if isinstance(answer, dict) else answer
    return rows


def measured(installation: Installation) -> Costs:
    client = Client(installation.port, installation.token("doctor"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find(), args=["--no-sandbox", "--disable-background-networking"]
        )
        return measure(browser, installation.url, installation.password, client)


def main(words: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as installation:
        found = measured(installation)
    print(json.dumps(told(found), indent=1), flush=True)  # noqa: T201  # a command speaks
    if "--write" in words:
        write(words[words.index("--write") + 1], found)


if __name__ == "__main__":
    main(sys.argv[1:])
