"""How the result stands on its page: one amber box, folds that stay, whose tab it is."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from diagnosis.portal.frame.session import FOLDS
from tests.pages import drawn
from tests.portal.results import MASS, finished, version_of
from tests.portal.test_result import text_of

FOLD = re.compile(r'<details class="fold" data-fold="(\w+)"( open)?>')


@pytest.fixture
def result(ward):
    return finished(version_of(ward.house), ward.doctor, ward.patient)


def page_of(ward, result):
    return drawn(ward.as_doctor.get(f"/predictions/{result.pk}/"))


def test_whatever_there_is_to_say_there_is_one_amber_box(ward):
    version = version_of(ward.house)
    long_ago = timezone.now() - timedelta(days=version.service.validity_days + 5)
    values = {**MASS, "density": None}
    worst = finished(version, ward.doctor, ward.patient, values, index_at=long_ago)
    html = page_of(ward, worst)
    assert len(re.findall(r'class="note warn[ "]', html)) == 1
    assert "Expired." in html


def test_what_is_said_of_low_scores_is_not_said_of_a_high_one(ward, result):
    assert result.band in ("high", "very-high")
    assert "A low score does not exclude" not in text_of(
        ward.as_doctor.get(f"/predictions/{result.pk}/")
    )
    result.result["band"]["code"], result.band = "low", "low"
    result.save()
    assert "A low score does not exclude cancer." in page_of(ward, result)


def test_the_provenance_is_said_once_with_its_why(ward, result):
    html = page_of(ward, result)
    assert html.count("Not validated for your patients.") == 1
    assert html.index("Not validated for your patients.") < html.index("Validated here")


def test_a_fold_stays_as_it_was_left(ward, result):
    assert {name: bool(open_) for name, open_ in FOLD.findall(page_of(ward, result))} == {
        name: open_ for name, open_ in FOLDS.items() if name != "history"
    }
    for name, is_open in (("evidence", "1"), ("reasons", "")):
        answer = ward.as_doctor.post("/session/folds/", {"fold": name, "open": is_open})
        assert answer.status_code == 204
    assert dict(FOLD.findall(page_of(ward, result))) == {"reasons": "", "evidence": " open"}
    assert ward.as_doctor.post("/session/folds/", {"fold": "other"}).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/predictions/{run}/", "/predictions/{run}/print/", "/predictions/{run}/try/",
        "/patients/{who}/", "/patients/{who}/observations/add/",
        "/patients/{who}/services/breast-mass/", "/patients/{who}/services/breast-mass/trend/",
    ],
)  # fmt: skip
def test_the_tab_begins_with_whose_page_it_is(ward, result, address):
    page = ward.as_doctor.get(address.format(run=result.pk, who=ward.patient.pk))
    assert re.search(r"<title>SILVA, Ana · [^<]+ · MedPortal</title>", drawn(page))
