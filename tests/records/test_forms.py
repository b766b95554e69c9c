"""Entering values on a page: each error at its field."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from diagnosis.records.entry.forms import CorrectionForm, ObservationForm, WithdrawalForm
from diagnosis.records.models import Observation
from medportal.common.errors import DomainError
from tests.factories import ObservationFactory
from tests.records.conftest import Ward

NOW = "%Y-%m-%dT%H:%M"


def posted(**fields: str) -> dict[str, str]:
    return {"observed_at": timezone.localtime().strftime(NOW), **fields}


def test_a_number_is_recorded(ward: Ward):
    form = ObservationForm(posted(code="2093-3", value="240", unit="mg/dL"), patient=ward.patient)

    assert form.is_valid(), form.errors
    row = form.save(ward.nurse)
    assert row is not None
    assert (row.value_number, row.unit, row.code) == (240.0, "mg/dL", "2093-3")


def test_the_unit_chooses_the_code(ward: Ward):
    form = ObservationForm(posted(code="1518-0", value="7.8", unit="mmol/L"), patient=ward.patient)

    assert form.is_valid(), form.errors
    row = form.save(ward.nurse)
    assert row is not None
    assert row.code == "14995-5"


def test_an_answer_is_recorded(ward: Ward):
    form = ObservationForm(
        posted(code="chest-pain-type", answer="typical-angina"), patient=ward.patient
    )

    assert form.is_valid(), form.errors
    row = form.save(ward.doctor)
    assert row is not None
    assert row.value_code == "typical-angina"


def test_a_blood_pressure_is_written_as_people_write_it(ward: Ward):
    form = ObservationForm(
        posted(code="85354-9", value="128/82", unit="mm[Hg]"), patient=ward.patient
    )

    assert form.is_valid(), form.errors
    form.save(ward.nurse)
    values = Observation.unscoped.filter(panel__isnull=False).values_list("value_number", flat=True)
    assert sorted(values) == [82.0, 128.0]


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"code": "1518-0", "value": "7.8", "unit": "mg/dL"}, "value", "7.8 mmol/L = 141 mg/dL"),
        ({"code": "2093-3", "value": "5,2", "unit": "mmol/L"}, "value", "Did you mean 5.2?"),
        ({"code": "2093-3", "value": "5.2", "unit": ""}, "unit", "needs one of these units"),
        ({"code": "2093-3", "value": "", "unit": "mg/dL"}, "value", "required"),
        ({"code": "", "value": "5"}, "code", "required"),
        ({"code": "no-such", "value": "5"}, "code", "valid choice"),
        ({"code": "85354-9", "value": "128", "unit": "mm[Hg]"}, "value", "128/82"),
        ({"code": "85354-9", "value": "128/820", "unit": "mm[Hg]"}, "value", "Diastolic"),
        ({"code": "chest-pain-type", "answer": "stabbing"}, "answer", "valid choice"),
        (
            {"code": "8867-4", "value": "60", "unit": "/min",
             "observed_at": (timezone.localtime() + timedelta(days=2)).strftime(NOW)},
            "observed_at", "future",
        ),
    ],
)  # fmt: skip
def test_each_error_stands_at_its_field(ward: Ward, fields, field: str, words: str):
    form = ObservationForm(posted(**fields), patient=ward.patient)

    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert words in str(form.errors[field])


def test_what_the_action_refuses_comes_back_to_the_form(ward: Ward):
    data = posted(code="8867-4", value="60", unit="/min")
    first = ObservationForm(data, patient=ward.patient)
    assert first.is_valid()
    first.save(ward.nurse)

    again = ObservationForm(data, patient=ward.patient)
    assert again.is_valid()
    assert again.save(ward.nurse) is None
    assert "already holds" in str(again.errors["value"])


def test_whoever_may_not_write_is_no_matter_of_a_field(ward: Ward):
    form = ObservationForm(posted(code="8867-4", value="60", unit="/min"), patient=ward.patient)
    assert form.is_valid()

    with pytest.raises(DomainError):
        form.save(ward.elsewhere)


def test_the_form_for_a_known_code_asks_only_what_fits(ward: Ward):
    number = ObservationForm(patient=ward.patient, code="2093-3")
    answer = ObservationForm(patient=ward.patient, code="chest-pain-type")
    count = ObservationForm(patient=ward.patient, code="11996-6")

    assert list(number.fields) == ["code", "value", "unit", "observed_at"]
    assert [unit for unit, _ in number.fields["unit"].choices] == ["", "mg/dL", "mmol/L"]
    assert list(answer.fields) == ["code", "answer", "observed_at"]
    assert "Typical:" in str(answer.fields["answer"].help_text)
    assert list(count.fields) == ["code", "value", "observed_at"]


def test_a_correction_starts_from_what_stands_there(ward: Ward):
    row = ObservationFactory(patient=ward.patient, value_number=132.0)
    form = CorrectionForm(observation=row)

    assert form["value"].value() == "132"
    assert form["unit"].value() == "mm[Hg]"


def test_a_correction_keeps_the_second_of_the_measurement(ward: Ward):
    row = ObservationFactory(patient=ward.patient, value_number=1320.0)
    form = CorrectionForm(
        {"value": "132", "unit": "mm[Hg]", "reason": "slip",
         "observed_at": timezone.localtime(row.observed_at).strftime(NOW)},
        observation=row,
    )  # fmt: skip

    assert form.is_valid(), form.errors
    new = form.save(ward.nurse)
    assert new is not None
    assert (new.value_number, new.observed_at) == (132.0, row.observed_at)


def test_a_correction_without_a_reason_or_a_change_says_so(ward: Ward):
    row = ObservationFactory(patient=ward.patient, value_number=132.0)
    same = {"value": "132", "unit": "mm[Hg]",
            "observed_at": timezone.localtime(row.observed_at).strftime(NOW)}  # fmt: skip

    without = CorrectionForm(same, observation=row)
    assert not without.is_valid()
    assert list(without.errors) == ["reason"]

    unchanged = CorrectionForm({**same, "reason": "again"}, observation=row)
    assert unchanged.is_valid()
    assert unchanged.save(ward.nurse) is None
    assert "Nothing is different" in str(unchanged.non_field_errors())


def test_a_value_is_withdrawn_with_a_reason(ward: Ward):
    row = ObservationFactory(patient=ward.patient)
    form = WithdrawalForm({"reason": "other patient"}, observation=row)

    assert form.is_valid()
    assert form.save(ward.doctor) is not None
    assert not Observation.unscoped.valid().exists()


@pytest.mark.parametrize(
    "typed", ["06-Nov-2025 09:20", "2025-11-06T09:20", "2025-11-06 9:20", "2025年11月6日 09:20"]
)
def test_a_time_is_typed_as_people_write_it(ward: Ward, typed: str):
    form = ObservationForm(
        {"code": "2093-3", "value": "240", "unit": "mg/dL", "observed_at": typed},
        patient=ward.patient,
    )
    assert form.is_valid(), form.errors
    assert f"{timezone.localtime(form.cleaned_data['observed_at']):%d.%m. %H:%M}" == "06.11. 09:20"


@pytest.mark.parametrize("typed", ["11/06/2025 09:20", "06-Nov-2025 29:70", "yesterday"])
def test_a_time_that_could_mean_two_days_is_asked_back(ward: Ward, typed: str):
    form = ObservationForm(
        {"code": "2093-3", "value": "240", "unit": "mg/dL", "observed_at": typed},
        patient=ward.patient,
    )
    assert list(form.errors) == ["observed_at"]
