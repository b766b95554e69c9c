"""The pages in Chinese: no English sentence is left in what a person reads or hears."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from diagnosis.registry.models import ModelVersion
from tests.portal.results import finished, version_of

CHINESE = {"accept-language": "zh-CN,zh;q=0.9"}
ENGLISH = re.compile(r"\b[A-Za-z]?[a-z]+ [a-z]{2,}\b")
"""Two English words in a row; names, units and codes are none."""
READ_ALOUD = {"aria-label", "title", "placeholder", "alt", "data-label"}
UNREAD = {"script", "style", "code"}
ALONE = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "path", "source"}


class Reader(HTMLParser):
    """What stands on a page, outside what is marked as English or as code."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.texts += [known[name] or "" for name in known.keys() & READ_ALOUD]
        if tag in ALONE:
            return
        if self.skipped or tag in UNREAD or known.get("lang") == "en":
            self.skipped.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.skipped and tag == self.skipped[-1]:
            self.skipped.pop()

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.texts.append(data)


def result_of(ward):
    return finished(version_of(ward.house), ward.doctor, patient=ward.patient)


def english_on(client, url: str) -> list[str]:
    answer = client.get(url, headers=CHINESE)
    reader = Reader()
    reader.feed(answer.content.decode())
    assert any("\u4e00" <= letter <= "\u9fff" for text in reader.texts for letter in text)
    return [text.strip() for text in reader.texts if ENGLISH.search(text)]


@pytest.mark.parametrize(
    "page",
    ["portal:worklist", "portal:patients", "portal:services", "accounts:account"],
)
def test_the_pages_of_a_doctor(ward, page):
    result_of(ward)

    assert english_on(ward.as_doctor, reverse(page)) == []


def test_chart_form_and_result(ward):
    prediction = result_of(ward)
    patient, service = ward.patient.pk, prediction.service.slug

    for page in (
        reverse("portal:chart", args=[patient]),
        reverse("portal:observation-add", args=[patient]),
        reverse("portal:run", args=[patient, service]),
        reverse("portal:prediction", args=[prediction.pk]),
        reverse("portal:prediction-sheet", args=[prediction.pk]),
        reverse("portal:service", args=[service]),
        reverse("portal:version", args=[prediction.version.pk]),
    ):
        assert (page, english_on(ward.as_doctor, page)) == (page, [])


@pytest.mark.parametrize(
    ("role", "page"),
    [
        ("nurse", "portal:worklist"),
        ("reviewer", "portal:reviews"),
        ("privacy-officer", "portal:audit"),
        ("clinician", "portal:audit"),
        ("administrator", "admin:index"),
        ("administrator", "admin:accounts_user_changelist"),
    ],
)
def test_the_pages_of_the_other_roles(ward, role, page):
    version_of(ward.house, state=ModelVersion.State.SUBMITTED)

    assert english_on(ward.client_for(ward.person(role)), reverse(page)) == []


def test_login_and_an_address_that_leads_to_nothing(ward, client):
    assert english_on(client, reverse("account_login")) == []
    assert english_on(ward.as_doctor, "/nothing/here/") == []
