"""The page of a patient's risk over time: who sees it, what it draws, and what it says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from accounts.models import AuditEvent
from diagnosis.inference.further.change import change_between
from diagnosis.portal.charts.steps import Measured, steps
from diagnosis.portal.trend.change_shown import ChangeShown
from diagnosis.portal.words.change_words import in_one_sentence
from diagnosis.registry.sheet.bands import Band
from diagnosis.registry.versions import store
from tests.pages import drawn
from tests.portal.results import artifact_of, finished, version_of
from tests.portal.test_result import text_of

PBC = "pbc-prognosis"
VISIT = {
    "age": 56.0, "bilirubin": 1.2, "albumin": 3.8, "oedema": "none", "prothrombin_time": 10.5,
}  # fmt: skip
WORSE = {**VISIT, "age": 57.0, "bilirubin": 3.4}
BANDS = [
    Band.from_dict({"code": "low", "lower": 0, "upper": 0.1}),
    Band.from_dict({"code": "high", "lower": 0.1, "upper": 1}),
]


@pytest.fixture
def version(ward, monkeypatch):
    """The real artifact, in memory: nothing need be uploaded to compute with it."""
    version = version_of(ward.house, PBC)
    artifact = artifact_of(PBC)
    with store._lock:
        store._loaded[artifact.digest] = artifact
    yield version
    store.forget_loaded()


@pytest.fixture
def two(ward, version):
    now = timezone.now()
    return (
        finished(version, ward.doctor, ward.patient, VISIT, index_at=now - timedelta(days=180)),
        finished(version, ward.doctor, ward.patient, WORSE, index_at=now),
    )


def address(ward, slug=PBC, **asked):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"/patients/{ward.patient.pk}/services/{slug}/trend/?{query}"


def test_the_page_says_what_changed_and_draws_it(ward, two):
    page = ward.as_doctor.get(address(ward))
    text, html = text_of(page), drawn(page)

    assert "because total bilirubin rose from 1.2 to 3.4 mg/dL." in text
    assert "exact, without a sampling error" in text
    assert html.count('role="img"') >= 3
    assert "Unchanged: " in text


def test_one_event_a_view_names_the_patient_and_the_service(ward, two):
    ward.as_doctor.get(address(ward))

    (event,) = AuditEvent.objects.filter(act="trend.read")
    assert (event.what, event.patients) == (f"service/{PBC}", [ward.patient.pk])


def test_strangers_nurses_and_other_roles_find_nothing(ward, two):
    assert ward.as_stranger.get(address(ward)).status_code == 404
    assert ward.as_nurse.get(address(ward)).status_code == 404
    assert ward.client_for(ward.person("reviewer")).get(address(ward)).status_code == 404
    assert not AuditEvent.objects.filter(act="trend.read", outcome="success").exists()


def test_a_nurse_sees_the_course_of_a_service_that_is_not_hidden(ward):
    version_of(ward.house, "diabetes-onset")

    page = ward.as_nurse.get(address(ward, "diabetes-onset"))

    assert page.status_code == 200
    assert "no result of this service" in text_of(page)


def test_a_foreign_result_cannot_be_chosen(ward, two, version):
    foreign = finished(version, ward.stranger, None, VISIT)

    assert ward.as_doctor.get(address(ward, earlier=foreign.pk)).status_code == 404
    assert ward.as_doctor.get(address(ward, earlier="nonsense")).status_code == 404


def test_two_results_are_chosen_by_the_lists(ward, version, two):
    third = finished(version, ward.doctor, ward.patient, VISIT)
    page = ward.as_doctor.get(address(ward, earlier=two[0].pk, later=third.pk))
    html = drawn(page)

    for chosen in (two[0], third):
        assert f'<option value="{chosen.pk}" selected>' in html
    assert "nothing that changed" in text_of(page) or "no input changed" in text_of(page)


def test_one_result_alone_has_no_change(ward, version):
    finished(version, ward.doctor, ward.patient, VISIT)

    text = text_of(ward.as_doctor.get(address(ward)))

    assert "One result alone has no course yet." in text
    assert "What changed between" not in text


def test_the_sheet_for_paper_is_noted_and_holds_the_table_without_the_lists(ward, two):
    page = ward.as_doctor.get(address(ward).replace("/trend/", "/trend/print/"))

    assert "because total bilirubin rose" in text_of(page)
    assert "<select" not in drawn(page)
    assert AuditEvent.objects.filter(act="trend.print", patients=[ward.patient.pk]).count() == 1
    strange = ward.as_stranger.get(address(ward).replace("/trend/", "/trend/print/"))
    assert strange.status_code == 404


def test_a_recalled_version_is_not_run_even_to_compare(ward, two, version):
    version.state = "recalled"
    version.save()

    text = text_of(ward.as_doctor.get(address(ward)))

    assert "was withdrawn and may not be run any more" in text
    assert "because total bilirubin" not in text


def test_chart_and_result_lead_to_it(ward, two):
    wanted = f'href="/patients/{ward.patient.pk}/services/{PBC}/trend/"'

    assert wanted in drawn(ward.as_doctor.get(f"/patients/{ward.patient.pk}/"))
    assert wanted in drawn(ward.as_doctor.get(f"/predictions/{two[1].pk}/"))


def test_simulations_and_withdrawn_results_are_not_in_it(ward, two, version):
    finished(version, ward.doctor, ward.patient, WORSE, origin="what_if")
    finished(version, ward.doctor, ward.patient, WORSE, state="entered-in-error")

    html = drawn(ward.as_doctor.get(address(ward)))

    assert html.count("<option ") == 2 * len(two)


def test_what_waits_for_an_own_estimate_is_neither_drawn_nor_compared(ward, two, version):
    service = version.service
    service.ask_own_estimate = True
    service.save()
    type(two[1]).unscoped.filter(pk=two[1].pk).update(asks_estimate=True)

    text = text_of(ward.as_doctor.get(address(ward)))

    assert "A result is drawn only after your own estimate" in text
    assert ChangeShown(change_between(*two)).now not in text
    assert "One result alone has no course yet." in text


def test_each_row_names_the_inputs_that_changed(ward, two):
    text = text_of(ward.as_doctor.get(address(ward)))

    assert "Age, Total bilirubin" in text


def sentence_of(version, ward, before, now):
    at = timezone.now() - timedelta(days=400)
    pair = (
        finished(version, ward.doctor, ward.patient, before, index_at=at),
        finished(version, ward.doctor, ward.patient, now),
    )
    return in_one_sentence(change_between(*pair)).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ({**VISIT, "bilirubin": 3.4}, "because total bilirubin rose from 1.2 to 3.4 mg/dL."),
        ({**VISIT, "albumin": 4.4}, "because albumin rose from 3.80 to 4.40 g/dL."),
        (
            {**VISIT, "oedema": "despite-diuretics"},
            "because oedema changed from «none» to «despite diuretics».",
        ),
        (VISIT, "no input changed."),
        ({**VISIT, "age": 56.01}, "nothing that changed moved it by a whole point."),
    ],
)
def test_the_sentence_says_what_did_it(ward, version, now, words):
    assert sentence_of(version, ward, VISIT, now).endswith(words)


def test_noise_is_not_told_as_a_story(ward, version):
    again = {**VISIT, "bilirubin": 1.4, "albumin": 3.7, "prothrombin_time": 11.2}

    sentence = sentence_of(version, ward, VISIT, again)

    assert "because" not in sentence
    assert "no more than the measurement errors of the inputs alone make (up to" in sentence
    assert "It need not mean that anything changed in the patient." in sentence


AGAIN = {**VISIT, "bilirubin": 1.4, "albumin": 3.7, "prothrombin_time": 11.2}


def test_noise_is_not_told_as_a_story_on_the_compare_page(ward, version):
    before = finished(version, ward.doctor, ward.patient, VISIT)
    again = finished(version, ward.doctor, ward.patient, AGAIN, run_again_of=before)
    worse = {**AGAIN, "bilirubin": 4.0}
    ill = finished(version, ward.doctor, ward.patient, worse, run_again_of=before)

    noise = text_of(ward.as_doctor.get(f"/predictions/{again.pk}/compare/"))
    story = text_of(ward.as_doctor.get(f"/predictions/{ill.pk}/compare/"))

    assert noise.count("within its measurement error") == 3
    assert "No more than the measurement errors of the inputs alone make (up to" in noise
    assert story.count("within its measurement error") == 2  # albumin and prothrombin time
    assert "No more than the measurement errors" not in story


@pytest.mark.parametrize(
    ("now", "is_noise"),
    [
        (AGAIN, True),
        (VISIT, False),  # nothing changed: nothing to call noise
        ({**AGAIN, "bilirubin": 4.0}, False),  # more than its own error
        ({**AGAIN, "oedema": "despite-diuretics"}, False),  # what is no measurement has no error
    ],
)
def test_the_worklist_marks_a_change_that_the_change_page_calls_noise(ward, version, now, is_noise):
    at = timezone.now() - timedelta(days=2)
    before = finished(version, ward.doctor, ward.patient, VISIT, requested_at=at)
    later = finished(version, ward.doctor, ward.patient, now)

    text = text_of(ward.as_doctor.get("/"))

    assert ("within error" in text) == is_noise
    assert change_between(before, later).is_within_error == is_noise


def test_of_several_changes_the_one_within_its_error_is_named_as_such(ward, version):
    now = {**VISIT, "bilirubin": 4.0, "albumin": 3.6}

    at = timezone.now() - timedelta(days=400)
    finished(version, ward.doctor, ward.patient, VISIT, index_at=at)
    finished(version, ward.doctor, ward.patient, now)
    text = text_of(ward.as_doctor.get(address(ward)))

    assert "because total bilirubin rose from 1.2 to 4.0 mg/dL." in text
    assert text.count("within its measurement error") == 2  # beside the bar and in the table


def test_a_value_that_was_filled_in_before_is_called_so(ward, version):
    before = {k: v for k, v in VISIT.items() if k != "prothrombin_time"}

    sentence = sentence_of(version, ward, before, {**VISIT, "prothrombin_time": 13.0})

    assert "prothrombin time was measured (13.0 s) and had not been before" in sentence


def test_what_stood_against_it_is_said(ward, version):
    sentence = sentence_of(version, ward, VISIT, {**VISIT, "bilirubin": 4.0, "albumin": 4.6})

    assert "mostly because total bilirubin rose" in sentence
    assert "against it, albumin rose from 3.80 to 4.60 g/dL" in sentence


def test_in_chinese_too(ward, two):
    with translation.override("zh-hans"):
        sentence = in_one_sentence(change_between(*two))

    assert "总胆红素" in sentence
    assert "从21升至58" in sentence


def test_printed_points_add_up_from_the_earlier_to_the_later(two):
    shown = ChangeShown(change_between(*two))

    printed = sum(row.bar.points for row in shown.rows)
    first, last = (float(text.strip("%\u00a0<>")) for text in (shown.before, shown.now))
    assert first + printed == pytest.approx(last)


def test_a_result_holds_until_it_expires_and_is_not_joined_across_the_gap():
    at = timezone.now()
    results = [
        Measured(at - timedelta(days=100), 0.2, 1, at - timedelta(days=70)),
        Measured(at, 0.4, 1, at + timedelta(days=30)),
    ]

    first, last = steps(results).steps

    assert first.rises_to is None
    assert float(first.until[:-1]) < float(last.x[:-1])


@pytest.mark.parametrize(("highest", "top"), [(0.07, 0.1), (0.17, 0.25), (0.3, 0.5), (0.8, 1.0)])
def test_low_risks_are_enlarged_but_always_drawn_from_zero(highest, top):
    at = timezone.now()
    both = [Measured(at, risk, 1, bands=BANDS) for risk in (0.0, highest)]
    picture = steps(both, height=240, enlarged=True)

    assert picture.highest == top
    assert picture.steps[0].y == picture.bottom
    assert all(strip.y >= picture.top for strip in picture.strips)


def test_the_table_lists_every_change_by_itself_and_adds_up(ward, version):
    at = timezone.now() - timedelta(days=400)
    now = {**VISIT, "age": 57.0, "bilirubin": 3.4, "albumin": 3.81, "prothrombin_time": 10.51}
    first = finished(version, ward.doctor, ward.patient, VISIT, index_at=at)
    shown = ChangeShown(change_between(first, finished(version, ward.doctor, ward.patient, now)))

    assert len(shown.lines) == 4
    points = [float(line.points.replace("\u2212", "-")) for line in shown.lines]
    printed = [float(text.strip("%\u00a0<>")) for text in (shown.before, shown.now)]
    assert printed[0] + sum(points) == pytest.approx(printed[1])


def test_bands_stand_behind_the_steps_from_bottom_to_top():
    at = timezone.now()
    picture = steps([Measured(at, risk, 1, bands=BANDS) for risk in (0.2, 0.4)], height=240)

    low, high = picture.strips
    assert low.y + low.height == pytest.approx(picture.bottom)
    assert high.y == pytest.approx(picture.top)
    assert high.y + high.height == pytest.approx(low.y)
    assert low.fill != high.fill
