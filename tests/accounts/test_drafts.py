"""A half-filled form crosses the language switch once, for its own person and page."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from accounts import drafts
from tests.factories import OrganisationFactory, clinician_at
from tests.pages import drawn

pytestmark = pytest.mark.django_db
FIELDS = [[0, "value", ["201.5"]], [0, "fasting", []]]
PAGE = "/account/password/"


@pytest.fixture
def browser(client_for):
    return client_for(clinician_at(OrganisationFactory()))


def switch(browser, draft, to="/account/"):
    asked = {"language": "zh-hans", "next": to, "draft": draft}
    return browser.post(reverse("set_language"), asked)


def test_what_was_typed_is_on_the_next_page_and_then_nowhere(browser):
    switch(browser, json.dumps(FIELDS))

    first, second = browser.get("/account/"), browser.get("/account/")

    assert json.dumps(FIELDS) in drawn(first)
    assert "201.5" not in drawn(second)
    assert drafts.KEY not in browser.session


def test_on_another_page_it_is_dropped(browser):
    switch(browser, json.dumps(FIELDS))

    other = browser.get(reverse("account_change_password"))

    assert "201.5" not in drawn(other)
    assert drafts.KEY not in browser.session


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", "null", "7", '{"a": 1}', '[["x"]]', "[[0, 1, []]]", '[[0, "a", [1]]]',
     "[" * 9000, json.dumps([[0, "a", ["x" * drafts.LONGEST]]])],
)  # fmt: skip
def test_whatever_is_no_draft_is_dropped(browser, text):
    assert switch(browser, text).status_code == 302
    assert drafts.KEY not in browser.session


def test_what_stands_in_a_field_is_text_and_no_markup(browser):
    switch(browser, json.dumps([[0, "value", ["</script><svg onload=x>"]]]))

    assert "<svg onload" not in drawn(browser.get("/account/"))


def test_nobody_who_is_not_logged_in_leaves_one(client):
    switch(client, json.dumps(FIELDS), to="/accounts/login/")

    assert drafts.KEY not in client.session
