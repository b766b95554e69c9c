"""The panel «What to measure next»: counts of ten, what it takes, and a way to add it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from diagnosis.inference.before import refusals
from diagnosis.inference.models import Job, Prediction
from diagnosis.inference.scoring import next_measurement
from diagnosis.inference.stored.entry import written_snapshot
from diagnosis.inference.stored.refusal import Refusal
from diagnosis.portal.result.next_measurement import next_card
from tests.factories import PredictionFactory
from tests.pages import drawn
from tests.portal.results import artifact_of, finished, snapshot_of, version_of
from tests.portal.test_result import page_of, text_of

PBC = "pbc-prognosis"
VISIT = {"age": 56, "bilirubin": 3.0, "albumin": 3.4, "oedema": "none"}


@pytest.fixture
def version(ward):
    return version_of(ward.house, PBC)


@pytest.fixture
def filled_in(ward, version):
    """Prothrombin time was not measured, and the result may cross 30 per cent."""
    return finished(version, ward.doctor, ward.patient, VISIT)


@pytest.fixture
def refused(ward, version):
    return refused_without(ward, version, "bilirubin")


def refused_without(ward, version, *names, **fields):
    snapshot = snapshot_of(
        version, **{k: v for k, v in VISIT.items() if k not in names}, prothrombin_time=11
    )
    artifact, sheet = artifact_of(PBC), version.service.definition
    grounds = refusals.of_inputs(artifact.schema, snapshot)
    worth = next_measurement.of_refusal(
        artifact, sheet, snapshot, timezone.now(), [ground.code for ground in grounds]
    )
    return PredictionFactory(
        version=version, patient=ward.patient, requested_by=ward.doctor,
        state=Job.State.REFUSED, headline=None, result=None, band="",
        inputs=written_snapshot(snapshot),
        refusal=Refusal(tuple(grounds), worth.to_dict() if worth else None).to_dict(), **fields,
    )  # fmt: skip


def test_the_panel_counts_in_tens_and_names_the_limit_and_the_burden(ward, filled_in):
    text = text_of(page_of(ward, filled_in))

    assert "What to measure next" in text
    assert "Prothrombin time would move this across 30 % in 2 of 10 cases." in text
    assert "blood test" in text
    assert "Tried with the values of 100 patients" in text


def test_it_links_to_the_field_of_the_run_form(ward, filled_in):
    html = drawn(page_of(ward, filled_in))

    address = f"/patients/{ward.patient.pk}/services/{PBC}/#value_prothrombin_time"
    assert f'href="{address}"' in html
    form = drawn(ward.as_doctor.get(address))
    assert 'id="value_prothrombin_time"' in form


def test_a_refusal_says_which_input_decides_and_points_at_its_field_below(ward, refused):
    page = page_of(ward, refused)
    text, html = text_of(page), drawn(page)

    assert "There is no result yet. Of 10 plausible results" in text
    assert "Total bilirubin would move this into another band in 4 of 10 cases." in text
    assert 'href="#value_bilirubin"' in html
    assert 'id="value_bilirubin"' in html


def test_a_nurse_records_in_the_chart_and_runs_nothing(ward):
    glucose = {"glucose_2h": 150, "bmi": 33, "age": 40, "pregnancies": 3, "diastolic_bp": 76}
    version = version_of(ward.house, "diabetes-onset")
    result = finished(version, ward.doctor, ward.patient, glucose)

    html = drawn(ward.as_nurse.get(f"/predictions/{result.pk}/"))

    assert "What to measure next" in html
    assert f"/patients/{ward.patient.pk}/observations/add/?code=" in html
    assert "#value_insulin_2h" not in html


def test_a_service_that_nurses_do_not_see_is_not_seen_here_either(ward, filled_in):
    assert ward.as_nurse.get(f"/predictions/{filled_in.pk}/").status_code == 404


def test_a_stranger_sees_none_of_it(ward, filled_in):
    assert ward.as_stranger.get(f"/predictions/{filled_in.pk}/").status_code == 404


def test_everything_measured_and_far_from_a_limit_has_no_panel(ward, version):
    visit = {**VISIT, "bilirubin": 0.6, "albumin": 4.1, "prothrombin_time": 10.0}
    result = finished(version, ward.doctor, ward.patient, visit)

    assert not result.result["borderline"]
    assert "What to measure next" not in text_of(page_of(ward, result))


def test_a_wide_interval_alone_is_said_to_come_from_the_model(ward, version):
    visit = {**VISIT, "prothrombin_time": 11.0}
    result = finished(version, ward.doctor, ward.patient, visit)
    result.result |= {"next_measurement": {"items": []}, "interval": [0.05, 0.6]}
    result.save()

    text = text_of(page_of(ward, result))

    assert "No further measurement would change the band. Every input is measured" in text


def test_what_hardly_matters_is_not_recommended(ward, version):
    item = {**_stored(ward, version)["items"][0], "changes": 0.02, "limit": None}
    item["interval"] = [0.0, 0.04]  # surely none of ten
    result = finished(version, ward.doctor, ward.patient, VISIT)
    result.result["next_measurement"]["items"] = [item]
    result.save()

    text = text_of(page_of(ward, result))

    assert "No further measurement would change the band." in text
    assert "Every input is measured" not in text


def test_several_are_named_and_the_rest_hardly(ward, version):
    item = _stored(ward, version)["items"][0]
    others = [("albumin", "Albumin", 0.21), ("oedema", "Oedema", 0.01), ("age", "Age", 0.0)]
    items = [{**item, "changes": 0.38, "limit": 0.3}] + [
        {**item, "feature": name, "label": {"en": label}, "changes": share}
        for name, label, share in others
    ]
    result = finished(version, ward.doctor, ward.patient, VISIT)
    result.result["next_measurement"]["items"] = items

    sentence = next_card(result, may_run=True).sentence

    assert sentence == (
        "Prothrombin time would move this across 30\u00a0% in 4 of 10 cases; "
        "albumin in 2; the others hardly."
    )


def test_those_that_are_not_named_are_not_all_called_hardly_worth_it(ward, version):
    item = _stored(ward, version)["items"][0]
    names = ("albumin", "oedema", "age", "bilirubin")
    result = finished(version, ward.doctor, ward.patient, VISIT)
    result.result["next_measurement"]["items"] = [
        {**item, "feature": name, "label": {"en": name}, "changes": 0.2} for name in names
    ]

    assert next_card(result, may_run=True).sentence.endswith("; the others less often.")


def _stored(ward, version):
    return finished(version, ward.doctor, ward.patient, VISIT).result["next_measurement"]


@pytest.mark.parametrize(
    "fields", [{"origin": "what_if"}, {"index_at": timezone.now() - timedelta(days=900)}]
)
def test_simulations_and_expired_results_ask_for_nothing(ward, version, fields):
    result = finished(version, ward.doctor, ward.patient, VISIT, **fields)

    assert next_card(result, may_run=True) is None


def test_results_from_before_this_was_kept_have_no_panel(ward, filled_in):
    del filled_in.result["next_measurement"]
    filled_in.save()

    assert "What to measure next" not in text_of(page_of(ward, filled_in))


def test_a_dismissed_refusal_points_at_the_form_since_it_asks_nothing_itself(ward, version):
    dismissed = refused_without(ward, version, "bilirubin", dismissed_at=timezone.now())

    html = drawn(page_of(ward, dismissed))

    assert 'href="#value_bilirubin"' not in html
    assert f"/patients/{ward.patient.pk}/services/{PBC}/#value_bilirubin" in html


def test_it_stands_on_paper_without_its_links(ward, filled_in):
    text = text_of(page_of(ward, filled_in, "print/"))

    assert "What to measure next" in text


def test_the_sentence_is_chinese_for_who_reads_chinese(filled_in):
    with translation.override("zh-hans"):
        sentence = next_card(Prediction.unscoped.get(pk=filled_in.pk), may_run=True).sentence

    assert "10例" in sentence
    assert "would" not in sentence
