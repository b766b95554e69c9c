"""What every page has: who I am, where I may go, that it is a demonstration, and a way out."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

from medportal import __version__
from tests.factories import OrganisationFactory, clinician_at
from tests.pages import drawn

NAVIGATION = {
    "clinician": ["Worklist", "Patients", "Services"],
    "nurse": ["Round", "Patients", "Services"],
    "reviewer": ["Services", "Reviews"],
    "data-scientist": ["Services"],
    "privacy-officer": ["Audit trail"],
}
HOME = {
    "clinician": "/",
    "nurse": "/",
    "reviewer": "/reviews/",
    "data-scientist": "/services/",
    "privacy-officer": "/audit/",
}


def nav_of(text):
    nav = text[text.index('<nav aria-label="Main"') :]
    return re.findall(r">([^<>]+)</a>", nav[: nav.index("</nav>")])


@pytest.mark.parametrize("role", NAVIGATION)
def test_the_navigation_leads_where_the_role_has_work(ward, role):
    text = drawn(ward.client_for(ward.person(role)).get(HOME[role]))
    assert nav_of(text) == NAVIGATION[role]
    assert text.count('aria-current="page"') == 1


def test_only_who_sees_charts_has_a_search_and_it_is_a_post(ward):
    text = drawn(ward.as_doctor.get("/"))
    form = re.search(r'<form class="find"[^>]*>', text).group(0)
    assert 'method="post"' in form
    reviewer = drawn(ward.client_for(ward.person("reviewer")).get("/reviews/"))
    assert 'class="find"' not in reviewer


def test_every_page_of_a_demonstration_says_so_and_no_other_does(ward, client_for):
    assert "no medical advice" in drawn(ward.as_doctor.get("/"))
    real = clinician_at(OrganisationFactory(is_demonstration=False))
    assert 'class="demo"' not in drawn(client_for(real).get("/"))


def test_the_language_is_switched_by_post_and_kept_for_the_person(ward):
    text = drawn(ward.as_doctor.get("/"))
    assert 'name="language" value="zh-hans"' in text
    answer = ward.as_doctor.post("/language/", {"language": "zh-hans", "next": "/"})
    assert answer.url == "/"
    ward.doctor.refresh_from_db()
    assert ward.doctor.language == "zh-hans"
    chinese = drawn(ward.as_doctor.get("/"))
    assert '<html lang="zh-Hans">' in chinese
    assert 'name="language" value="en"' in chinese


def test_logging_out_is_a_post(ward):
    text = drawn(ward.as_doctor.get("/"))
    assert re.search(r'<form method="post" action="/accounts/logout/">', text)


def test_a_page_that_is_not_for_a_role_explains_itself_in_the_portals_frame(ward):
    answer = ward.as_nurse.get("/reviews/")
    text = drawn(answer)
    assert answer.status_code == 403
    assert "Not for your role" in text
    assert "To my start page" in text


def test_a_missing_page_keeps_the_frame_and_tells_nothing(ward):
    answer = ward.as_doctor.get("/nowhere/")
    assert answer.status_code == 404
    assert "Nothing here" in drawn(answer)


def test_staying_logged_in_is_an_act_of_the_person(ward, client):
    assert ward.as_doctor.post("/session/").json()["seconds"] == settings.SESSION_IDLE_SECONDS
    assert client.post("/session/").status_code == 302
    assert client.get("/session/").json()["user"] == ""


def test_htmx_needs_neither_eval_nor_inline_styles_and_keeps_no_pages(ward):
    text = drawn(ward.as_doctor.get("/"))
    config = re.search(r"<meta name=\"htmx-config\" content='([^']+)'", text).group(1)
    for setting in (
        '"includeIndicatorStyles":false',
        '"allowEval":false',
        '"historyCacheSize":0',
    ):
        assert setting in config


def test_the_foot_names_version_and_house(ward):
    text = drawn(ward.as_doctor.get("/"))
    foot = text[text.index('<footer class="foot"') : text.index("</footer>")]
    assert __version__ in foot
    assert str(ward.house) in foot
