"""The result page: every state, what stands above and beside the number, who may see it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, Role
from diagnosis.inference.models import Job, Prediction
from diagnosis.registry import actions as registry
from diagnosis.registry.models import ModelVersion
from diagnosis.results.pictures.rounding import whole
from tests.factories import (
    CareAssignmentFactory,
    MembershipFactory,
    ObservationFactory,
    OutcomeFactory,
    PredictionFactory,
    ServiceFactory,
    clinician_at,
    reviewer_at,
)
from tests.pages import drawn
from tests.portal.results import MASS, finished, version_of
from tests.runnable import explanation_of

State = Job.State


def text_of(response) -> str:
    """What a reader sees: without tags, scripts and runs of spaces."""
    plain = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", drawn(response), flags=re.S)
    return " ".join(plain.replace("&nbsp;", " ").replace("\u00a0", " ").split())


def page_of(ward, prediction, part=""):
    return ward.as_doctor.get(f"/predictions/{prediction.pk}/{part}")


def acts(prediction):
    found = AuditEvent.objects.filter(what=f"prediction/{prediction.pk}")
    return list(found.values_list("act", flat=True))


@pytest.fixture
def version(ward):
    return version_of(ward.house, published_by=ward.doctor)


@pytest.fixture
def result(ward, version):
    return finished(version, ward.doctor, ward.patient)


def waiting(ward, version, state, **fields):
    return PredictionFactory(
        version=version, patient=ward.patient, requested_by=ward.doctor, state=state,
        headline=None, result=None, band="", **fields,
    )  # fmt: skip


# The number


def test_the_population_note_stands_above_the_number(ward, result):
    html = drawn(page_of(ward, result))

    note = result.sheet.content["population_note"]["en"]
    assert html.index(note) < html.index('class="figure"')


def test_the_result_says_both_halves_the_average_and_the_interval(ward, result):
    text = text_of(page_of(ward, result))
    percent = whole(result.headline)

    assert f"about {percent} were cancer at biopsy; about {100 - percent} were not" in text
    assert "Average there: 49" in text
    assert "If the model had been built from other patients of the same kind" in text
    assert re.search(r"Of \d+ validation patients scored", text)


def test_the_band_has_its_word_its_advice_and_its_source(ward, result):
    text = text_of(page_of(ward, result))

    assert "High (4C)" in text
    assert "Advised: Biopsy; high suspicion" in text
    assert "BI-RADS assessment categories" in text


def test_printed_points_add_up_to_the_printed_result(ward, result):
    page = page_of(ward, result)
    shown = page.context["page"].reasons

    printed = sum(row.bar.points for row in shown.rows)
    ends = [float(text.strip("%\u00a0<>")) for text in (shown.base, shown.result)]
    assert ends[0] + printed == pytest.approx(ends[1])


def test_the_first_bar_names_whose_average_it_is(ward, result):
    text = text_of(page_of(ward, result))

    assert "average of 100 of the 770 breast masses from whose data the model learned" in text
    assert re.search(rf"version {result.version.number} of \d\d?-\w+-\d{{4}}", text)


def test_each_reason_stands_with_value_date_and_words_for_its_direction(ward, result):
    text = text_of(page_of(ward, result))

    assert "Shape of the mass irregular" in text
    assert re.search(r"▲ \+\d+(\.\d)? raises", text)
    assert "The reasons show what moved the estimate, not what causes the disease" in text


def test_the_table_holds_the_same_points_as_the_picture(ward, result):
    page = page_of(ward, result)
    table = drawn(page).split('class="same-as-table"')[1]

    for row in page.context["page"].reasons.rows:
        assert row.label in table
        assert row.points in table


def test_an_input_against_the_usual_direction_says_why(ward, version):
    version.contradiction_notes = {
        "density": {"en": "Fat-containing masses are rare here.", "zh-Hans": "此处脂肪密度罕见。"}
    }
    version.save()
    text = text_of(page_of(ward, finished(version, ward.doctor, ward.patient)))

    assert "against the usual direction: why" in text
    assert "Fat-containing masses are rare here." in text


def test_a_filled_in_input_is_named_hatched_and_given_its_range(ward, version):
    page = page_of(ward, finished(version, ward.doctor, ward.patient, {**MASS, "density": None}))
    text, html = text_of(page), drawn(page)

    assert "Density of the mass was not measured ; filled in with low" in text
    assert re.search(r"Over its plausible values the estimate lies between \d+ % and \d+ %", text)
    assert "url(#hatch-" in html


def test_a_measured_result_has_no_hatched_bar(ward, result):
    assert "url(#hatch-" not in drawn(page_of(ward, result))


def test_what_it_adds_is_said_for_this_patient_too(ward, result):
    text = text_of(page_of(ward, result))

    assert re.search(r"Age alone: \d+ %; with mammogram: \d+ %", text)
    assert "Better than margin alone" in text


def test_published_validated_and_demonstration_are_three_facts(ward, result):
    text = text_of(page_of(ward, result))

    assert "Published by Dr Okafor" in text
    assert "Validated here no" in text
    assert "Demonstration yes" in text


def test_pictures_have_a_role_a_title_and_a_description(ward, result):
    html = drawn(page_of(ward, result))
    pictures = re.findall(r"<svg[^>]*role=\"img\".*?</svg>", html, flags=re.S)

    assert pictures
    for picture in pictures:
        assert "<title" in picture
        assert "<desc" in picture
    assert "style=" not in html


def test_no_text_of_two_languages_leaks_into_the_page(ward, result):
    for language, own in (("en", "zh-Hans&#x27;"), ("zh-hans", "&#x27;en&#x27;")):
        ward.doctor.language = language
        ward.doctor.save()
        html = drawn(page_of(ward, result))
        assert own not in html
        assert "{&#x27;" not in html


def test_the_page_speaks_chinese_where_the_reader_does(ward, result):
    ward.doctor.language = "zh-hans"
    ward.doctor.save()
    text = text_of(page_of(ward, result))

    assert "在验证数据中" in text
    assert "以下因素说明是什么影响了估计值" in text
    assert "仅供演示，未在您的患者中验证，不构成医疗建议。" in text


# States


def test_an_expired_result_has_its_number_and_no_band(ward, version):
    old = timezone.now() - timedelta(days=version.service.validity_days + 3)
    result = finished(version, ward.doctor, ward.patient, index_at=old)
    text = text_of(page_of(ward, result))

    assert f"{whole(result.headline)} %" in text
    assert "Expired." in text
    assert "High (4C)" not in text
    assert "Advised:" not in text


def test_a_queued_run_says_that_it_waits_and_asks_again_by_itself(ward, version):
    page = page_of(ward, waiting(ward, version, State.QUEUED))

    assert "Queued, waiting for the service" in text_of(page)
    assert 'hx-trigger="load delay:400ms, every 1s"' in drawn(page)
    assert "Refresh" in text_of(page)


def test_a_poll_of_an_unchanged_run_says_nothing_and_leaves_no_event(ward, version):
    run = waiting(ward, version, State.QUEUED)

    answer = page_of(ward, run, "status/?seen=queued")

    assert answer.status_code == 204
    assert acts(run) == []


def test_a_poll_after_a_change_swaps_in_the_result_without_a_trigger(ward, result):
    answer = page_of(ward, result, "status/?seen=running")
    html = drawn(answer)

    assert 'id="prediction-body"' in html
    assert set(re.findall(r'hx-trigger="([^"]+)"', html)) <= {"toggle once"}  # nothing by itself
    assert 'hx-swap-oob="innerHTML">The number and its reasons are there.' in html
    assert acts(result) == ["prediction.read"]


def test_the_number_stands_while_the_reasons_are_computed_in_their_reserved_place(ward, result):
    explanation = explanation_of(result)
    explanation.state, explanation.content = State.RUNNING, None
    explanation.save()
    html = drawn(page_of(ward, result))
    reasons = html.split('id="reasons"')[1].split("</section>")[0]

    assert 'class="figure"' in html
    assert "The reasons are being computed." in reasons
    assert reasons.count("wf-row") >= len(result.inputs)
    assert "part=reasons" in reasons


def test_the_reasons_arrive_alone_so_that_a_half_filled_form_stays(ward, result):
    html = drawn(page_of(ward, result, "status/?part=reasons&seen=done-running"))

    assert 'id="reasons"' in html
    assert "decision-form" not in html
    assert "hx-trigger" not in html


def test_a_refusal_names_its_reason_and_asks_for_what_is_missing(ward, version):
    refusal = {
        "code": "required_input_missing",
        "message": {"en": "Missing: Shape of the mass.", "zh-Hans": "缺少：肿块形状。"},
        "features": ["shape"],
        "cure": {"en": "Add it and run again.", "zh-Hans": "补充后重新运行。"},
        "source": "",
    }
    run = waiting(
        ward, version, State.REFUSED, refusal={**refusal, "findings": [refusal]}, inputs={}
    )
    page = page_of(ward, run)

    assert "Missing: Shape of the mass." in text_of(page)
    assert 'name="value_shape"' in drawn(page)
    assert 'name="value_margin"' not in drawn(page)
    assert "Record and run again for SILVA, Ana" in text_of(page)
    assert "Dismiss as not applicable" in text_of(page)


def test_a_failed_run_says_what_to_do_and_gives_a_reference(ward, version):
    run = waiting(ward, version, State.FAILED, failure_code="too_many_attempts")
    text = text_of(page_of(ward, run))

    assert "nothing is lost" in text
    assert f"{str(run.pk)[:8]} · too_many_attempts" in text


def test_a_cancelled_run_says_so(ward, version):
    text = text_of(page_of(ward, waiting(ward, version, State.CANCELLED)))

    assert "Cancelled before it began" in text


def test_a_result_of_the_wrong_patient_shows_no_number(ward, version):
    result = finished(version, ward.doctor, ward.patient, state=State.ENTERED_IN_ERROR)
    text = text_of(page_of(ward, result))

    assert "Entered in error" in text
    assert f"{whole(result.headline)} %" not in text


def test_a_stopped_version_says_so_with_its_reason(ward, result):
    reviewer = reviewer_at(ward.house)
    registry.stop_version(actor=reviewer, version=result.version, reason="Laboratory changed.")

    text = text_of(page_of(ward, result))

    assert "This service was stopped. Laboratory changed." in text


def test_another_version_that_answers_now_is_named(ward, result):
    ModelVersion.objects.filter(pk=result.version_id).update(state=ModelVersion.State.RETIRED)
    new = version_of(service=result.service)

    text = text_of(page_of(ward, result))

    assert f"Made by version {result.version.number}; version {new.number} answers now" in text


def test_newer_data_are_named_with_one_click_to_run_again(ward, result):
    ObservationFactory(
        patient=ward.patient, system="urn:medportal:codes", code="mass-shape",
        value_number=None, value_code="round", unit="", observed_at=timezone.now(),
    )  # fmt: skip
    text = text_of(page_of(ward, result))

    assert "Newer data since: Shape of the mass round" in text
    assert "Run again for SILVA, Ana" in text


def test_a_what_if_is_watermarked_and_never_decided(ward, version):
    result = finished(version, ward.doctor, ward.patient, origin=Prediction.Origin.WHAT_IF)
    page = page_of(ward, result)

    assert "Simulation with changed inputs." in text_of(page)
    assert "watermark" in drawn(page)
    assert "decision-form" not in drawn(page)


def test_earlier_results_are_steps_with_the_change_of_version_marked(ward, result):
    ModelVersion.objects.filter(pk=result.version_id).update(state=ModelVersion.State.RETIRED)
    new = version_of(service=result.service)
    later = finished(new, ward.doctor, ward.patient)

    text = text_of(page_of(ward, later))

    assert "Results of this service" in text
    assert f"new version {new.number}" in text


# Who may


def test_a_stranger_cannot_tell_a_foreign_result_from_a_missing_one(ward, result):
    for part in ("", "status/", "print/", "sheet/", "compare/"):
        foreign = ward.as_stranger.get(f"/predictions/{result.pk}/{part}")
        missing = ward.as_stranger.get(f"/predictions/{result.version_id}/{part}")
        assert (foreign.status_code, missing.status_code) == (404, 404), part


def test_a_nurse_sees_the_result_without_a_form(ward, result):
    page = ward.as_nurse.get(f"/predictions/{result.pk}/")

    assert "Not yet reviewed by a doctor." in text_of(page)
    assert "decision-form" not in drawn(page)
    assert "Run again" not in text_of(page)
    assert "Wrong patient" not in text_of(page)


def test_results_of_services_hidden_from_nurses_do_not_exist_for_them(ward):
    service = ServiceFactory(organisation=ward.house, slug="breast-mass", hidden_from_nurses=True)
    result = finished(version_of(service=service), ward.doctor, ward.patient)

    assert ward.as_nurse.get(f"/predictions/{result.pk}/").status_code == 404


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
def test_to_roles_without_charts_no_prediction_exists(ward, result, role):
    page = ward.client_for(ward.person(role)).get(f"/predictions/{result.pk}/")

    assert page.status_code == 404


# Paper, sheet, clipboard


def test_every_way_to_see_or_take_a_result_leaves_its_event(ward, result):
    page_of(ward, result)
    page_of(ward, result, "print/")
    page_of(ward, result, "sheet/")
    ward.as_doctor.post(f"/predictions/{result.pk}/copied/")

    assert sorted(acts(result)) == [
        "prediction.copy", "prediction.print", "prediction.read", "prediction.sheet",
    ]  # fmt: skip


def test_the_sheet_for_the_patient_has_both_halves_and_no_word_of_models(ward, result):
    page = page_of(ward, result, "sheet/")
    sheet = text_of(page).split("For SILVA, Ana")[1].split("Demonstration.")[0].lower()

    assert f"in about {whole(result.headline)} of them the biopsy shows cancer" in sheet
    for word in ("model", "score", "estimate", "version", "interval"):
        assert word not in sheet


def test_a_service_without_a_patient_sheet_has_none(ward, result):
    result.service.patient_sheet = False
    result.service.save()

    assert page_of(ward, result, "sheet/").status_code == 404
    assert "Sheet for the patient" not in text_of(page_of(ward, result))


def test_the_copied_text_has_three_lines_and_no_name(ward, result):
    text = page_of(ward, result).context["page"].copy_text

    assert len(text.splitlines()) == 3
    assert f"{whole(result.headline)}" in text
    assert "Silva" not in text
    assert "SILVA" not in text
    assert f"/predictions/{result.pk}/" in text


def test_paper_shows_who_printed_it_and_the_reference(ward, result):
    text = text_of(page_of(ward, result, "print/"))

    assert "Printed by Dr Okafor" in text
    assert f"Reference {str(result.pk)[:8]}" in text
    assert "SILVA, Ana" in text


# Acts


def test_the_wrong_patient_is_one_click_with_its_confirmation(ward, result):
    assert "This was not for SILVA, Ana" in text_of(page_of(ward, result))

    ward.as_doctor.post(f"/predictions/{result.pk}/wrong-patient/", {"reason": "Other bed."})

    result.refresh_from_db()
    assert result.state == State.ENTERED_IN_ERROR


def test_a_queued_run_can_be_cancelled(ward, version):
    run = waiting(ward, version, State.QUEUED)

    ward.as_doctor.post(f"/predictions/{run.pk}/cancel/")

    run.refresh_from_db()
    assert run.state == State.CANCELLED


def test_a_result_is_handed_over_to_somebody_of_the_care_team_only(ward, result):
    colleague = clinician_at(ward.house, display_name="Dr Chen")
    MembershipFactory(team=ward.team, user=colleague)
    url = f"/predictions/{result.pk}/hand-over/"

    ward.as_doctor.post(url, {"to": str(ward.stranger.pk)})
    result.refresh_from_db()
    assert result.owner == ward.doctor

    ward.as_doctor.post(url, {"to": str(colleague.pk)})
    result.refresh_from_db()
    assert result.owner == colleague


def test_running_again_makes_a_new_run_that_points_to_the_old_one(ward, result):
    answer = ward.as_doctor.post(f"/predictions/{result.pk}/again/")

    new = Prediction.unscoped.get(run_again_of=result)
    assert answer.url == f"/predictions/{new.pk}/"
    assert new.state == State.QUEUED


def test_a_missing_value_is_added_in_place_and_runs_again(ward, version):
    refusal = {"code": "required_input_missing", "message": {"en": "m", "zh-Hans": "m"},
               "features": ["shape", "margin"], "cure": None, "source": ""}  # fmt: skip
    run = waiting(
        ward, version, State.REFUSED, refusal={**refusal, "findings": [refusal]}, inputs={}
    )

    ward.as_doctor.post(
        f"/predictions/{run.pk}/again/",
        {"cure": "1", "value_shape": "oval", "seen_shape": "",
         "value_margin": "circumscribed", "seen_margin": ""},
    )  # fmt: skip

    new = Prediction.unscoped.get(run_again_of=run)
    assert new.inputs["shape"]["value"] == "oval"
    assert new.inputs["margin"]["value"] == "circumscribed"


def test_a_refusal_is_dismissed_as_not_applicable(ward, version):
    refusal = {"code": "sex", "message": {"en": "m", "zh-Hans": "m"}, "features": ["sex"]}
    run = waiting(ward, version, State.REFUSED, refusal=refusal)

    ward.as_doctor.post(f"/predictions/{run.pk}/dismiss/")

    run.refresh_from_db()
    assert run.dismissed_at is not None


def test_nurses_and_strangers_do_nothing_with_a_run(ward, result):
    for act in ("again", "wrong-patient", "hand-over", "dismiss", "cancel", "decision"):
        url = f"/predictions/{result.pk}/{act}/"
        assert ward.as_nurse.post(url).status_code == 403, act
        assert ward.as_stranger.post(url).status_code == 404, act


# Comparing


def test_the_same_inputs_to_the_same_version_give_the_same_number(ward, result):
    again = finished(result.version, ward.doctor, ward.patient, run_again_of=result)
    text = text_of(page_of(ward, again, "compare/"))

    assert "Reproduced: the same inputs and the same version gave the same number." in text
    assert "No input changed." in text


def test_another_number_from_the_same_inputs_is_an_alarm(ward, result):
    again = finished(result.version, ward.doctor, ward.patient, run_again_of=result)
    again.headline = again.headline - 0.1
    again.save()

    assert "Not reproduced." in text_of(page_of(ward, again, "compare/"))


def test_changed_inputs_and_another_version_are_marked(ward, result):
    ModelVersion.objects.filter(pk=result.version_id).update(state=ModelVersion.State.RETIRED)
    new = version_of(service=result.service)
    values = {**MASS, "shape": "round"}
    again = finished(new, ward.doctor, ward.patient, values, run_again_of=result)
    page = page_of(ward, again, "compare/")

    assert "Another version of the model." in text_of(page)
    assert drawn(page).count('class="changed"') == 1
    assert "prediction.compare" in acts(again)


# What happened


def test_what_happened_is_shown_after_a_decision_only(ward, result):
    OutcomeFactory(service=result.service, patient=ward.patient, is_sealed=True, event=True)
    assert "What happened" not in text_of(page_of(ward, result))

    ward.as_doctor.post(
        f"/predictions/{result.pk}/decision/",
        {"assessment": "about-right", "action": "biopsy"},
    )

    assert "What happened Were cancer at biopsy: yes" in text_of(page_of(ward, result))


def test_the_page_asks_the_database_a_bounded_number_of_times(
    ward, result, django_assert_max_num_queries
):
    for _ in range(3):
        finished(result.version, ward.doctor, ward.patient)
    page_of(ward, result)

    with django_assert_max_num_queries(26):
        page_of(ward, result)


def test_a_run_without_a_patient_is_shown_to_whoever_asked_only(ward, version):
    run = finished(version, ward.doctor, None)

    assert page_of(ward, run).status_code == 200
    assert ward.as_nurse.get(f"/predictions/{run.pk}/").status_code == 404


def test_a_patient_of_an_ended_assignment_is_gone(ward, version):
    other = CareAssignmentFactory(
        team=ward.team,
        starts_at=timezone.now() - timedelta(days=9),
        ends_at=timezone.now() - timedelta(days=2),
    ).patient
    run = finished(version, ward.doctor, other)

    assert page_of(ward, run).status_code == 404


def test_inputs_that_move_together_share_one_bar_with_both_values(ward):
    version = version_of(ward.house, "flc-mortality")
    values = {"age": 66, "sex": "male", "kappa": 1.9, "lambda": 2.1}
    page = page_of(ward, finished(version, ward.doctor, ward.patient, values))
    text = text_of(page)

    assert "Free kappa light chains and free lambda light chains" in text
    assert "Free kappa light chains 1.90 mg/dL" in text
    assert len(page.context["page"].reasons.rows) == 3
    assert re.search(r"Age and sex alone: \S+ %; with free light chains: \S+ %", text)
