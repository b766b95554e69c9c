"""What the chart page shows, in a fixed number of queries."""

from __future__ import annotations

import pytest
from django.utils import translation

from diagnosis.records.chart import read_chart
from diagnosis.records.results import Line
from tests.factories import (
    AllergyFactory,
    ConditionFactory,
    EncounterFactory,
    MedicationFactory,
    NoteFactory,
)
from tests.records.conftest import Ward


def line(ward: Ward, key: str) -> Line:
    return read_chart(ward.patient).lines[key]


def test_the_newest_result_stands_before_the_one_it_is_compared_with(ward: Ward, observed):
    observed("4548-4", 7.9, "%", days=400)
    observed("4548-4", 7.1, "%", days=12, reference_high=5.6, flag="H")
    observed("4548-4", 7.4, "%", days=200)

    result = line(ward, "4548-4")

    assert result.label == "HbA1c"
    assert (result.latest.text, result.latest.unit_text) == ("7.1", "%")
    assert result.previous is not None
    assert (result.previous.text, result.delta_text) == ("7.4", "−0.3")
    assert (result.latest.flag_symbol, result.latest.flag_word) == ("▲", "high")
    assert result.latest.reference_text == "≤ 5.6"
    assert [point.value for point in result.points] == [7.9, 7.4, 7.1]


def test_mass_and_molar_results_are_one_line_in_the_newest_unit(ward: Ward, observed):
    observed("2093-3", 193.35, "mg/dL", days=100, reference_low=120.0, reference_high=199.0)
    observed("14647-2", 5.2, "mmol/L", days=2)

    result = line(ward, "cholesterol:2093-3")

    assert [shown.text for shown in result.values] == ["5.2", "5.0"]
    assert {shown.unit_text for shown in result.values} == {"mmol/L"}
    assert result.values[1].row.value_number == 193.35
    assert result.values[1].reference_text == "3.1–5.1"
    assert result.delta == pytest.approx(0.2, abs=1e-9)


def test_a_value_without_its_unit_is_shown_but_drawn_nowhere(ward: Ward, observed):
    observed("36916-5", 12.7, "mg/L", days=100)
    observed("36916-5", 1.3, "", days=2)

    result = line(ward, "kappa")

    assert (result.latest.text, result.latest.unit_text) == ("1.3", "")
    assert result.latest.lacks_unit
    assert result.delta is None
    assert [point.value for point in result.points] == [12.7]


def test_answers_are_read_in_the_readers_language(ward: Ward, observed):
    observed("chest-pain-type", "typical-angina")

    assert line(ward, "chest-pain-type").latest.text == "typical angina"
    with translation.override("zh-hans"):
        assert line(ward, "chest-pain-type").latest.text == "典型心绞痛"


def test_withdrawn_and_preliminary_values_are_not_results(ward: Ward, observed):
    observed("2160-0", 9.0, "mg/dL", status="entered-in-error")
    observed("2160-0", 1.0, "mg/dL", status="preliminary")
    observed("2160-0", 1.1, "mg/dL", is_current=False)

    assert read_chart(ward.patient).lines == {}


def test_families_stand_in_the_order_of_the_dictionary(ward: Ward, observed):
    observed("2160-0", 1.1, "mg/dL")
    observed("unknown-thing", 5.0, "x", label="Something else")
    observed("8867-4", 70.0, "/min")
    observed("8480-6", 130.0, "mm[Hg]")

    groups = read_chart(ward.patient).groups

    assert [(g.family.slug, [one.label for one in g.lines]) for g in groups] == [
        ("vital-signs", ["Systolic blood pressure", "Heart rate"]),
        ("kidney", ["Creatinine"]),
        ("other", ["Something else"]),
    ]


def test_pressures_of_one_moment_are_one_reading(ward: Ward, observed):
    for days in (30, 2):
        upper = observed("8480-6", 140.0 + days, "mm[Hg]", days=days, flag="H")
        observed("8462-4", 82.0, "mm[Hg]", observed_at=upper.observed_at)
    observed("8480-6", 120.0, "mm[Hg]", days=1)

    (panel,) = read_chart(ward.patient).panels

    assert [reading.text for reading in panel.readings] == ["142/82", "170/82"]
    assert (panel.label, panel.latest.flag_symbol) == ("Blood pressure", "▲")


def test_problems_and_medicines_are_parted_by_whether_they_still_hold(ward: Ward):
    for status in ("active", "suspected", "resolved", "entered-in-error"):
        ConditionFactory(patient=ward.patient, label=status, status=status)
    for status in ("active", "stopped", "entered-in-error"):
        MedicationFactory(patient=ward.patient, label=status, status=status)

    chart = read_chart(ward.patient)

    assert {c.label for c in chart.problems} == {"active", "suspected"}
    assert [c.label for c in chart.past_problems] == ["resolved"]
    assert [m.label for m in chart.current_medications] == ["active"]
    assert [m.label for m in chart.past_medications] == ["stopped"]


def test_the_chart_says_what_it_does_not_hold(ward: Ward):
    assert "resuscitation status" in [str(text) for text in read_chart(ward.patient).not_held]


def test_only_recent_flagged_results_are_called_abnormal(ward: Ward, observed):
    observed("2160-0", 2.0, "mg/dL", days=3, flag="H")
    observed("8867-4", 120.0, "/min", days=900, flag="H")

    assert [one.key for one in read_chart(ward.patient).abnormal] == ["creatinine:2160-0"]


@pytest.mark.parametrize("amount", [1, 40])
def test_the_number_of_queries_does_not_grow_with_the_chart(
    ward: Ward, observed, django_assert_num_queries, amount: int
):
    for n in range(amount):
        observed("8480-6", 120.0 + n, "mm[Hg]", days=n + 1, recorded_by=ward.nurse)
        observed("chest-pain-type", "asymptomatic", days=n + 1)
        ConditionFactory(patient=ward.patient)
        MedicationFactory(patient=ward.patient)
        AllergyFactory(patient=ward.patient)
        NoteFactory(patient=ward.patient)
        EncounterFactory(patient=ward.patient)

    with django_assert_num_queries(7):
        chart = read_chart(ward.patient)
        for group in chart.groups:
            for one in group.lines:
                assert one.latest.text
                assert one.latest.row.recorded_by is None or str(one.latest.row.recorded_by)
        assert chart.panels == []
