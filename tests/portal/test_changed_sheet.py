"""A result is read by the sheet of its run for ever, whatever its service says later."""

from __future__ import annotations

import copy
import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from diagnosis.inference.lists.worklist import worklist_for
from diagnosis.inference.models import Decision, Prediction
from diagnosis.interop.fhir.risk import Run, risk_assessment
from diagnosis.registry.models import ModelVersion
from diagnosis.registry.versions import store
from tests.api.client import Caller
from tests.factories import patient_of, with_sheet
from tests.pages import drawn
from tests.portal.results import artifact_of, finished, version_of
from tests.portal.test_risk_trend import PBC, VISIT, WORSE, address

LISTS = ("/?q=", "/services/breast-mass/cohort/")
PARTS = ("", "print/", "sheet/", "sureness/", "alike/")


def both(text):
    return {"en": text, "zh-Hans": f"另{text}"}


def changed(service):
    """Another sheet: other limits, labels and actions, a band and an action gone, other words."""
    old = copy.deepcopy(service.sheet.content)
    bands = [old["bands"][0], old["bands"][-1]]
    for number, (band, code) in enumerate(zip(bands, ("low", "very-high"), strict=True)):
        band.update(code=code, label=both(f"Band {number}"), text=both(f"Do {number}."))
        band.update(action="wait", asks=False)
    bands[0]["upper"] = bands[1]["lower"] = 0.99
    return with_sheet(
        service,
        bands=bands,
        actions=[{"code": "wait", "label": both("Wait")}],
        sentence={**old["sentence"], "event": both("turned out otherwise")},
        population_note=both("Another note."),
        never=[{**both("Nobody."), "unchecked": True}],
        horizon={"text": both("some day"), "days": 3},
        validity_days=1,
        fixed_lines=[both("Another line.")],
    )


@pytest.fixture
def result(ward):
    """Of last week, so that the changed sheet's one day of validity would have expired it."""
    week = timezone.now() - timedelta(days=7)
    return finished(version_of(ward.house), ward.doctor, ward.patient, index_at=week)


def shown(answer):
    """A page without what is new with every request."""
    text = drawn(answer)
    return re.sub(r'"[A-Za-z0-9]{64}"|nonce="[^"]*"', "", text)


@pytest.mark.parametrize("part", PARTS)
def test_every_page_of_a_result_stays_as_it_was(ward, result, part):
    where = f"/predictions/{result.pk}/{part}"
    before = shown(ward.as_doctor.get(where))
    assert "<" in before

    changed(result.service)

    assert shown(ward.as_doctor.get(where)) == before


@pytest.mark.parametrize("where", LISTS)
def test_every_list_shows_the_band_that_the_page_shows(ward, result, where):
    before = shown(ward.as_doctor.get(where))

    changed(result.service)

    assert shown(ward.as_doctor.get(where)) == before


def test_it_waits_for_its_decision_as_long_as_its_own_sheet_says(ward, result):
    changed(result.service)
    later = version_of(service=result.service, number=7, state=ModelVersion.State.DRAFT)
    other = finished(later, ward.doctor, patient_of(team=ward.team))

    ranks = {row.pk: row.rank for row in worklist_for(ward.doctor)}

    assert ranks[result.pk] == 0, "it asks, and is valid for as many days as it was given"
    assert ranks[other.pk] > 0, "the sheet of now has no band that asks"


def test_the_actions_offered_and_taken_are_those_of_its_sheet(ward, result):
    changed(result.service)
    where = f"/predictions/{result.pk}/decision/"

    refused = ward.as_doctor.post(where, {"assessment": "about-right", "action": "wait"})
    taken = ward.as_doctor.post(where, {"assessment": "about-right", "action": "biopsy"})

    assert (refused.status_code, taken.status_code) == (422, 302)
    assert Decision.unscoped.get(prediction=result).action == "biopsy"


def test_programs_read_the_same_and_which_edition_it_was(ward, result):
    caller = Caller(ward.doctor)
    rest = caller.get(f"predictions/{result.pk}").json()
    fhir = json.dumps(risk_assessment(Run(result)), default=str)

    changed(result.service)

    now = Prediction.unscoped.get(pk=result.pk)
    assert caller.get(f"predictions/{result.pk}").json() == rest
    assert json.dumps(risk_assessment(Run(now)), default=str) == fhir
    assert rest["sheet_version"] == 1
    assert caller.get("services/breast-mass").json()["sheet_version"] == 2


def test_a_new_form_goes_by_the_new_sheet(ward, result):
    changed(result.service)

    page = ward.as_doctor.get(f"/patients/{ward.patient.pk}/services/breast-mass/")

    assert "Another note." in drawn(page)


# --- two results under two sheets in one picture -------------------------------------------------


@pytest.fixture
def two_sheets(ward):
    """One result under each; before the second another model version was published."""
    artifact = artifact_of(PBC)
    with store._lock:
        store._loaded[artifact.digest] = artifact
    first = version_of(ward.house, PBC)
    now, before = timezone.now(), timezone.now() - timedelta(days=180)
    old = finished(first, ward.doctor, ward.patient, VISIT, index_at=before)
    ModelVersion.objects.filter(pk=first.pk).update(state=ModelVersion.State.RETIRED)
    bands = copy.deepcopy(first.service.sheet.content["bands"])
    bands[0]["upper"] = bands[1]["lower"] = 0.02
    with_sheet(first.service, bands=bands)
    second = version_of(service=first.service, slug=PBC, number=first.number + 1)
    new = finished(second, ward.doctor, ward.patient, WORSE, index_at=now)
    yield old, new
    store.forget_loaded()


def test_the_trend_draws_each_result_before_its_own_bands_and_says_so(ward, two_sheets):
    page = ward.as_doctor.get(address(ward))
    picture, html = page.context["trend"].picture, drawn(page)

    limits = [(edge.value, edge.x == "0") for edge in picture.limits]
    assert (0.1, True) in limits
    assert (0.02, False) in limits
    assert picture.has_other_bands
    assert "other bands" in html
    assert "each result stands before those of its day" in html


def test_a_trend_under_one_sheet_says_nothing_of_it(ward, two_sheets):
    old, new = two_sheets
    Prediction.unscoped.filter(pk=new.pk).update(sheet=old.sheet)

    html = drawn(ward.as_doctor.get(address(ward)))

    assert "other bands" not in html


def test_over_rest_each_result_of_a_trend_names_its_sheet(ward, two_sheets):
    answer = Caller(ward.doctor).get(f"patients/{ward.patient.pk}/services/{PBC}/trend").json()

    assert [one["sheet_version"] for one in answer["results"]] == [1, 2]


def test_a_versions_page_names_the_edition_that_was_signed_with_it(ward, result):
    later = version_of(service=changed(result.service), number=7, state=ModelVersion.State.RETIRED)
    pages = [
        drawn(ward.as_doctor.get(f"/versions/{version.pk}/")) for version in (result.version, later)
    ]

    assert ["edition 2" in page for page in pages] == [False, True]
    assert ["Band 0" in page for page in pages] == [False, True]
