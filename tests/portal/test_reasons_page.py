"""The reasons on the page: order and groups by address, the way back to the chart, paper."""

from __future__ import annotations

import math
import re

import pytest

from diagnosis.portal.charts.arranging import Arrangement, Grouping, Order
from tests.factories import ObservationFactory, patient_of
from tests.pages import drawn
from tests.portal.results import finished, version_of
from tests.portal.test_result import page_of, text_of
from tests.runnable import explanation_of

GIVEN = {
    "age": 61, "sex": "male", "chest_pain": "asymptomatic", "exercise_angina": "yes",
    "systolic_bp": 150, "cholesterol": 290, "fasting_glucose_high": "no",
    "resting_ecg": "normal", "peak_heart_rate": 120, "st_depression": 2.0, "st_slope": "flat",
}  # fmt: skip


@pytest.fixture
def result(ward):
    version = version_of(ward.house, "coronary-disease", published_by=ward.doctor)
    return finished(version, ward.doctor, ward.patient, GIVEN)


def use(result, feature, row):
    result.inputs[feature]["observation"] = str(row.pk)
    result.save()


def reasons_of(ward, result, query=""):
    return page_of(ward, result, query).context["page"].reasons


def test_the_address_says_order_and_groups_and_the_session_keeps_them(ward, result):
    by_chart = reasons_of(ward, result, "?order=chart")
    places = [row.bar.factor.place for row in by_chart.rows if not row.inner]
    assert places == sorted(places)

    kept = reasons_of(ward, result)
    assert [row.label for row in kept.rows] == [row.label for row in by_chart.rows]

    largest = reasons_of(ward, result, "?order=size").rows
    sizes = [abs(row.bar.factor.contribution) for row in largest if not row.inner]
    assert sizes == sorted(sizes, reverse=True)


def test_a_word_that_means_no_order_changes_nothing(ward, result):
    page = page_of(ward, result, "?order=;drop&group=7")

    assert page.status_code == 200
    assert page.context["page"].arrangement == Arrangement(Order.SIZE, Grouping.EACH)


def test_one_bar_a_group_opens_into_its_members(ward, result):
    rows = reasons_of(ward, result, "?group=family").rows
    names = {row.label for row in rows}

    assert names == {
        "Patient", "History", "Resting and exercise ECG", "Examination", "Blood tests",
    }  # fmt: skip
    patient = next(row for row in rows if row.label == "Patient")
    assert {row.label for row in patient.inner} == {"Age", "Sex"}
    assert patient.inner[0].name.startswith(f"{patient.name}-")


def test_group_by_group_each_group_is_named_once(ward, result):
    rows = reasons_of(ward, result, "?order=group&group=each").rows
    headings = [row.heading for row in rows if row.heading]

    assert len(headings) == len(set(headings)) >= 3


def test_without_a_script_each_choice_is_a_link_and_the_chosen_one_is_marked(ward, result):
    html = drawn(page_of(ward, result, "?order=group"))

    assert 'href="?order=chart&amp;group=each#reasons"' in html
    chosen = re.findall(r'id="((?:order|group)-\w+)"[^>]*aria-current="true"', html)
    assert chosen == ["order-group", "group-each"]


def test_with_a_script_the_reasons_alone_are_swapped(ward, result):
    html = drawn(page_of(ward, result, "status/?part=reasons&order=chart"))

    assert html.lstrip().startswith("<section") or 'id="reasons"' in html
    assert "decision-form" not in html
    assert "In the new order." in html


def test_a_value_leads_to_its_history_in_the_chart(ward, result):
    row = ObservationFactory(patient=ward.patient, code="2093-3", value_number=290)
    use(result, "cholesterol", row)
    address = f"/patients/{ward.patient.pk}/observations/{row.pk}/history/"

    html = drawn(page_of(ward, result))

    assert f'href="{address}"' in html
    assert ward.as_doctor.get(address).status_code == 200


def test_a_value_that_its_reader_may_not_see_is_no_link(ward, result):
    elsewhere = patient_of(ward.stranger)
    use(result, "cholesterol", ObservationFactory(patient=elsewhere, code="2093-3"))

    assert "/observations/" not in drawn(page_of(ward, result)).split('id="reasons"')[1]


def test_a_value_outside_its_usual_range_says_on_which_side(ward):
    version = version_of(ward.house, "pbc-prognosis", published_by=ward.doctor)
    values = {
        "age": 50, "bilirubin": 6.2, "albumin": 2.4, "prothrombin_time": 10.9, "oedema": "none",
    }  # fmt: skip
    run = finished(version, ward.doctor, ward.patient, values)

    text = text_of(page_of(ward, run))

    assert "above usual, typical here, in the upper half" in text
    assert "below usual, below what is typical here" in text
    assert "usual 0.2–1.2 · typical here" in text


def test_paper_has_the_chosen_order_everything_unfolded_and_nothing_to_click(ward, result):
    page_of(ward, result, "?order=chart&group=family")

    page = page_of(ward, result, "print/")
    paper = drawn(page).split('id="reasons-title"')[1]

    assert page.context["page"].reasons.rows[0].label == "Patient"
    assert "wf-switch" not in paper
    assert '<details class="wf-more" open>' in paper
    assert '<details class="wf-more">' not in paper


def test_each_bar_has_its_interval_and_the_computation_its_own_error(ward, result):
    text = text_of(page_of(ward, result))

    assert re.search(r"95 % interval: [+−]?\d+ to [+−]?\d+ points", text)
    assert "The computation itself is exact." in text


def test_where_coalitions_were_sampled_the_error_of_that_alone_is_said(ward, result):
    explanation = explanation_of(result)
    content = explanation.content
    content["method"] = "paired"
    for entry in content["attributions"]:
        entry["coalition_error"] = 0.002
    explanation.save()

    text = text_of(page_of(ward, result))

    assert "The computation itself accounts for at most ±0.4 of it." in text
    assert "(computation ±0.4)" in text
    assert "The computation itself is exact." not in text


def test_a_bar_within_its_error_is_grey_and_says_so(ward, result):
    explanation = explanation_of(result)
    content = explanation.content
    largest = max(content["attributions"], key=lambda e: abs(e["contribution"]))
    largest["standard_error"] = abs(largest["contribution"])
    explanation.save()

    page = page_of(ward, result)
    row = page.context["page"].reasons.rows[0]

    assert row.bar.effect == "unsure"
    assert "not distinguishable from zero" in text_of(page)
    assert 'class="fill-unknown ' in drawn(page)


def test_the_table_holds_every_row_with_its_interval(ward, result):
    page = page_of(ward, result, "?group=family")
    table = drawn(page).split('class="same-as-table"')[1].split("</table>")[0]

    for row in page.context["page"].reasons.every_row:
        assert row.label in table
        assert row.interval in table


def test_the_copied_text_says_the_reasons_in_one_sentence(ward, result):
    page = page_of(ward, result).context["page"]

    lines = page.copy_text.splitlines()
    assert len(lines) == 3
    assert lines[1].endswith(page.reasons.sentence)


@pytest.mark.parametrize("query", ["?order=size&group=each", "?order=chart&group=family"])
def test_the_log_odds_hold_each_input_once_and_end_at_this_patient(ward, result, query):
    found = reasons_of(ward, result, query).log_odds

    assert len(found.rows) == len(GIVEN)
    p = result.headline
    shown = float(found.result.replace("\u2212", "-"))
    assert shown == pytest.approx(math.log(p / (1 - p)), abs=0.006)
    total = sum(float(one.contribution.replace("\u2212", "-")) for one in found.rows)
    base = float(found.base.replace("\u2212", "-"))
    assert base + total == pytest.approx(math.log(p / (1 - p)), abs=0.08)


def test_older_reasons_without_log_odds_are_shown_without_them(ward, result):
    explanation = explanation_of(result)
    del explanation.content["scales"]
    explanation.save()

    assert reasons_of(ward, result).log_odds is None
    assert "scale of log-odds" not in text_of(page_of(ward, result))
