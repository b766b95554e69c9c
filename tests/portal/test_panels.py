"""What a result page offers to be asked further: fetched when opened, each with its event."""

from __future__ import annotations

import copy
import json
import re
from html import unescape

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from diagnosis.inference.further import similar as likeness
from diagnosis.inference.models import Explanation
from diagnosis.portal.result.further.counterfactual_panel import reach_panel
from diagnosis.registry.models import ModelVersion
from diagnosis.registry.versions import store
from tests.factories import OutcomeFactory, clinician_at, patient_of, team_of, with_sheet
from tests.pages import drawn
from tests.portal.results import artifact_of, finished, version_of
from tests.portal.test_result import acts, text_of

PANELS = ("sureness", "alike", "reach")
DIABETES = {
    "glucose_2h": 148, "bmi": 33.6, "age": 50, "pregnancies": 6, "diastolic_bp": 88,
    "insulin_2h": 180, "skinfold": 35,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _artifacts(monkeypatch):
    """The object store of the pages: the artifacts of the demonstration, read once for all."""
    known = {
        artifact_of(slug).digest: artifact_of(slug) for slug in ("diabetes-onset", "breast-mass")
    }
    monkeypatch.setattr(store, "_loaded", type(store._loaded)(known))


@pytest.fixture
def version(ward):
    return version_of(ward.house, "diabetes-onset")


@pytest.fixture
def result(ward, version):
    return finished(version, ward.doctor, ward.patient, DIABETES)


def ask(client, prediction, panel, **headers):
    return client.get(f"/predictions/{prediction.pk}/{panel}/", headers=headers)


def colleagues_of(ward, version, count, **changed):
    """Other patients of the same doctor with about the same values."""
    found = []
    for i in range(count):
        patient = patient_of(ward.doctor, team=ward.team, family_name=f"Alike{i}")
        values = {**DIABETES, "bmi": 33.6 + 0.1 * (i % 5), **changed}
        found.append(finished(version, ward.doctor, patient, values))
    return found


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_is_a_part_where_the_page_asks_and_a_page_of_its_own_otherwise(ward, result, panel):
    part = ask(ward.as_doctor, result, panel, HX_Request="true")
    page = ask(ward.as_doctor, result, panel)

    assert "<html" not in drawn(part)
    assert "<html" in drawn(page)
    assert "SILVA" in drawn(page)
    assert text_of(part) in text_of(page)
    assert acts(result).count(f"prediction.{panel}") == 2


@pytest.mark.parametrize("panel", PANELS)
def test_a_stranger_cannot_tell_a_foreign_panel_from_a_missing_one(ward, result, panel):
    foreign = ask(ward.as_stranger, result, panel)
    missing = ward.as_stranger.get(f"/predictions/{ward.patient.pk}/{panel}/")

    assert foreign.status_code == missing.status_code == 404
    assert f"prediction.{panel}" not in acts(result)


def test_the_result_page_offers_the_panels_and_asks_nothing_by_itself(ward, result):
    html = drawn(ward.as_doctor.get(f"/predictions/{result.pk}/"))

    for panel in PANELS:
        assert f'hx-get="/predictions/{result.pk}/{panel}/" hx-trigger="toggle once"' in html
    assert "What would bring it under 40 %?" in html.replace("\u00a0", " ")
    assert not set(acts(result)) & {f"prediction.{panel}" for panel in PANELS}


def test_a_result_in_the_lowest_band_is_not_asked_what_would_bring_it_lower(ward, version):
    low = finished(version, ward.doctor, ward.patient, {**DIABETES, "glucose_2h": 80, "bmi": 22,
                                                        "age": 22, "pregnancies": 0})  # fmt: skip

    assert low.headline < 0.1
    assert "/reach/" not in drawn(ward.as_doctor.get(f"/predictions/{low.pk}/"))
    assert "No lower limit" in text_of(ask(ward.as_doctor, low, "reach"))


# What would bring it lower


def test_each_proposal_really_brings_the_estimate_under_its_limit(ward, result):
    panel = reach_panel(result)

    assert [goal.limit for goal in panel.goals] == ["40\u00a0%", "10\u00a0%"]
    text = text_of(ask(ward.as_doctor, result, "reach"))
    assert "Under 40 % (Intermediate" in text
    assert "Changing a value need not change the risk" in text
    for goal in panel.goals:
        for one in goal.alternatives:
            assert int(re.sub(r"\D", "", one.estimate)) < int(re.sub(r"\D", "", goal.limit)) + 1


def test_age_and_pregnancies_are_never_proposed(ward, result):
    panel = reach_panel(result)

    assert not {"Age", "Pregnancies"} & set(panel.changeable)
    labels = {line.label for goal in panel.goals for one in goal.alternatives for line in one.lines}
    assert labels <= set(panel.changeable)


def test_a_service_that_names_nothing_to_change_says_so(ward, result):
    schema = copy.deepcopy(result.sheet.schema)
    for feature in schema["features"]:
        feature.pop("modifiable", None)
    result.sheet = with_sheet(result.service, schema=schema).sheet
    result.save()

    assert "names no input that treatment or life could change" in text_of(
        ask(ward.as_doctor, result, "reach")
    )


def test_a_version_that_can_not_be_asked_says_so(ward, result):
    ModelVersion.objects.filter(pk=result.version_id).update(state=ModelVersion.State.RECALLED)

    assert "can not be asked any more" in text_of(ask(ward.as_doctor, result, "reach"))
    assert "nobody measured how sure" in text_of(ask(ward.as_doctor, result, "sureness"))


# How sure


def test_both_shares_are_said_and_add_up(ward, result):
    text = unescape(text_of(ask(ward.as_doctor, result, "sureness")))

    assert "Of 100 with the same inputs" in text
    could = re.search(r"patients to learn from could settle (<?)(\d+) %", text)
    rest = re.search(r"patients with these inputs could (>?)(\d+) %", text)
    assert int(could[2]) + int(rest[2]) == 100
    assert bool(could[1]) == bool(rest[1])
    assert int(could[2]) <= 3  # of this model


# Patients alike


def test_patients_alike_are_named_with_their_result_and_are_in_the_event(ward, version, result):
    near = colleagues_of(ward, version, 2)
    far = colleagues_of(ward, version, 1, glucose_2h=80)[0]

    answer = ask(ward.as_doctor, result, "alike")

    html = drawn(answer)
    assert all(f"/predictions/{one.pk}/" in html for one in near)
    assert str(far.pk) not in html
    event = AuditEvent.objects.get(act="prediction.alike")
    assert set(event.patients) == {ward.patient.pk, *(one.patient_id for one in near)}


def test_nobody_is_shown_whom_the_reader_does_not_look_after(ward, version, result):
    elsewhere = clinician_at(ward.house)
    hidden = patient_of(elsewhere, team=team_of(elsewhere), family_name="Hidden")
    finished(version, elsewhere, hidden, DIABETES)

    text = text_of(ask(ward.as_doctor, result, "alike"))

    assert "HIDDEN" not in text
    assert "(0) nobody is alike" in text


def test_fewer_than_twenty_known_outcomes_are_not_counted(ward, version, result):
    for one in colleagues_of(ward, version, 3):
        decided(one, event=True)

    text = text_of(ask(ward.as_doctor, result, "alike"))

    assert "not counted: too few" in text
    assert "whose outcome is known" not in text


def decided(prediction, **outcome):
    prediction.decided_at = timezone.now()
    prediction.save()
    OutcomeFactory(service=prediction.service, patient=prediction.patient, **outcome)


def test_many_known_outcomes_are_counted_but_never_a_sealed_or_undecided_one(
    ward, version, result, monkeypatch
):
    monkeypatch.setattr(likeness, "FEWEST", 6)
    monkeypatch.setattr(likeness, "SMALLEST", 2)
    near = colleagues_of(ward, version, 10)
    for i, one in enumerate(near[:7]):
        decided(one, event=i < 3)
    decided(near[7], event=True, is_sealed=True)
    OutcomeFactory(service=version.service, patient=near[8].patient, event=True)  # nobody decided

    text = text_of(ask(ward.as_doctor, result, "alike"))

    assert "Of 7 such patients whose outcome is known, 3 " in text


def test_one_of_a_kind_among_many_is_not_told(ward, version, result, monkeypatch):
    monkeypatch.setattr(likeness, "FEWEST", 6)
    monkeypatch.setattr(likeness, "SMALLEST", 2)
    for i, one in enumerate(colleagues_of(ward, version, 7)):
        decided(one, event=i == 0)

    assert "whose outcome is known" not in text_of(ask(ward.as_doctor, result, "alike"))


def test_reasons_that_fail_their_check_are_compared_with_nobody(ward, version, result):
    near = colleagues_of(ward, version, 1)[0]
    broken = Explanation.unscoped.get(prediction=near)
    broken.content["attributions"][0]["contribution"] += 0.2
    broken.save()

    assert "(0) nobody is alike" in text_of(ask(ward.as_doctor, result, "alike"))


# Inputs that act together


def with_pair(prediction, effect):
    explanation = Explanation.unscoped.get(prediction=prediction)
    pair = {"features": ["bmi", "age"], "effect": effect, "standard_error": 0.001}
    explanation.content["interactions"] = {"index": "shapley", "method": "exact", "pairs": [pair]}
    explanation.save()


@pytest.mark.parametrize(
    ("effect", "said"), [(0.03, "3 points higher than"), (-0.02, "2 points lower than")]
)
def test_the_pair_that_acts_together_is_in_the_small_print(ward, result, effect, said):
    with_pair(result, effect)

    text = text_of(ward.as_doctor.get(f"/predictions/{result.pk}/"))

    assert f"Body mass index and age together bring the estimate {said} the sum" in text


def test_a_pair_of_less_than_a_point_is_not_mentioned(ward, result):
    with_pair(result, 0.004)

    assert "together bring" not in text_of(ward.as_doctor.get(f"/predictions/{result.pk}/"))


def test_reasons_are_stored_with_their_interactions(result):
    stored = Explanation.unscoped.get(prediction=result).content["interactions"]

    assert stored["method"] == "exact"
    assert all(abs(pair["effect"]) >= 0.01 for pair in stored["pairs"])
    json.dumps(stored, allow_nan=False)
