"""Every page of the portal in a real browser, in both languages: whole, reachable, and quiet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from operator import attrgetter
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page

from medportal.tools.screenshots.addresses import Atlas
from tests.e2e import looks
from tests.e2e.cast import TYPED
from tests.e2e.conftest import Place, Portal

AWAY = """
from django.http import HttpRequest
from medportal.common.web import unavailable
print(unavailable.page(HttpRequest()).content.decode())
"""
ENGLISH = {"locale": "en-GB", "viewport": looks.DESK}
CHINESE = {"locale": "zh-CN", "viewport": looks.PHONE, "color_scheme": "dark"}
NO_PAGE_FOR_ANYBODY = {
    "admin:login",  # leads on to the portal's own
    "admin:logout",
    "admin:jsi18n",  # a script
    "admin:accounts_organisation_add",
    "admin:registry_modelversion_add",
    "admin:registry_service_add",
    "admin:registry_sheetversion_add",
    "admin:registry_quota_change",  # the demonstration has none
    "admin:registry_quota_history",
    "portal:prediction-status",  # a part of a page
    "portal:session",  # an answer to a script
    "portal:import-status",
    "portal:import-refused",  # a file
    "portal:import-template",
    "portal:usage-export",
    "portal:ward-certificate",  # nobody of the demonstration has finished a ward
}


def by_reader(places: list[Place]) -> Iterator[tuple[str, list[Place]]]:
    order = attrgetter("username")
    for username, of_them in groupby(sorted(places, key=order), key=order):
        yield username, list(of_them)


@pytest.fixture
def visited(
    context_for: Callable[..., BrowserContext], cookies: Callable[[str], object], portal: Portal
) -> Callable[..., None]:
    """Opens every page as somebody who may, and gathers what is wrong with each."""

    def visit(
        places: list[Place], look: Callable[[Page, Place], list[str]], options: dict[str, object]
    ) -> None:
        wrong: dict[str, list[str]] = {}
        for username, theirs in by_reader(places):
            state = cookies(username) if username else None
            page = context_for(storage_state=state, **options).new_page()
            watch = looks.Watch(page, portal.url)
            for place in theirs:
                page.goto(place.address)
                page.locator("h1").first.wait_for()
                for fault in [*look(page, place), *watch.told()]:
                    wrong.setdefault(fault, []).append(place.name)
        told = [f"{fault} | {', '.join(names[:3])}" for fault, names in wrong.items()]
        if told:
            pytest.fail("\n".join(told), pytrace=False)

    return visit


def is_ours(place: Place) -> bool:
    return not place.name.startswith(("admin:", "docs"))


def test_every_address_leads_to_a_page_or_is_known_to_be_none(
    places: list[Place],
    atlas: Atlas,
    context_for: Callable[..., BrowserContext],
    cookies: Callable[[str], object],
) -> None:
    shown = {place.name.split()[0] for place in places}
    ask = context_for(storage_state=cookies("doctor")).request
    silent = {
        name.split()[0]
        for name, address in atlas.addresses.items()
        if name.split()[0] not in shown and ask.get(address, max_redirects=0).status != 405
    }
    assert {name for name in silent if not name.endswith("_delete")} == NO_PAGE_FOR_ANYBODY


def test_every_page_keeps_nobody_out_in_english(
    places: list[Place], visited: Callable[..., None]
) -> None:
    def look(page: Page, place: Place) -> list[str]:
        found = looks.faults(page, ours=is_ours(place))
        page.set_viewport_size(looks.PHONE)
        found += looks.too_wide(page)
        page.set_viewport_size(looks.DESK)
        if is_ours(place):
            found += looks.left_in_chinese(page) + looks.months_as_numbers(page)
            found += looks.units_as_codes(page)
        return found

    visited(places, look, ENGLISH)


ERRORS = {
    "no such page": ("doctor", "/nowhere/"),
    "somebody else's chart": ("nurse", f"/patients/{uuid4()}/"),
    "not for this role": ("doctor", "/reviews/"),
    "not for this role, either": ("scientist", "/audit/"),
    "the way back to a form": ("doctor", "/predictions/nonsense/"),
}


@pytest.mark.parametrize("options", [ENGLISH, CHINESE], ids=["english", "chinese"])
def test_what_did_not_work_is_said_to_everybody(
    visited: Callable[..., None],
    context_for: Callable[..., BrowserContext],
    portal: Portal,
    atlas: Atlas,
    options: dict[str, object],
) -> None:
    def look(page: Page, _place: Place) -> list[str]:
        found = looks.faults(page)
        return found + (
            looks.left_in_english(page, [*atlas.names, TYPED]) if options is CHINESE else []
        )

    visited([Place(name, who, address) for name, (who, address) in ERRORS.items()], look, options)
    page = context_for(**options).new_page()
    watch = looks.Watch(page, portal.url)
    for _ in range(11):  # ten wrong passwords lock the name at this address
        page.goto("/accounts/login/")
        page.fill("input[name=login]", f"nobody-{options['locale']}")
        page.fill("input[name=password]", "not the password of anybody")
        page.click("main button[type=submit]")
        page.locator("h1").first.wait_for()
        if not page.locator("input[name=login]").count():
            break
    assert not page.locator("input[name=login]").count()
    assert [*look(page, Place("locked", "", "")), *watch.told()] == []


def test_the_page_without_a_database_is_whole_in_both_languages(
    context_for: Callable[..., BrowserContext], portal: Portal
) -> None:
    away = portal.manage("shell", "-v", "0", "-c", AWAY)
    for viewport in (looks.DESK, looks.PHONE):
        page = context_for(viewport=viewport).new_page()
        watch = looks.Watch(page, portal.url)
        page.route("**/away/", lambda route: route.fulfill(body=away, content_type="text/html"))
        page.goto("/away/")
        assert page.locator("main section[lang]").count() == 2
        assert [*looks.faults(page), *watch.told()] == []


def test_every_page_keeps_nobody_out_in_chinese_on_a_phone_at_night(
    places: list[Place], visited: Callable[..., None], atlas: Atlas
) -> None:
    def look(page: Page, place: Place) -> list[str]:
        found = looks.faults(page, ours=is_ours(place))
        return found + looks.left_in_english(page, [*atlas.names, TYPED])

    visited(places, look, CHINESE)
