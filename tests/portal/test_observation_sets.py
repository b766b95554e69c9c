"""Vital signs on one form: saved together or not at all, with every error at its field."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from diagnosis.records.models import Observation
from tests.pages import drawn

pytestmark = pytest.mark.django_db

TYPED = {
    "set": "vital-signs", "next": "", "observed_at": "14-Mar-2026 09:30",
    "8480-6-value": "128", "8480-6-unit": "mm[Hg]", "8462-4-value": "82", "8462-4-unit": "mm[Hg]",
    "8867-4-value": "71", "8867-4-unit": "/min", "9279-1-value": "", "9279-1-unit": "/min",
    "8310-5-value": "36.8", "8310-5-unit": "Cel", "59408-5-value": "97", "59408-5-unit": "%",
}  # fmt: skip


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", drawn(response)).split())


def address(ward):
    return reverse("portal:observation-add", args=[ward.patient.pk])


def rows_of(ward):
    return Observation.unscoped.filter(patient=ward.patient, observed_at__year=2026, source="chart")


def test_all_values_of_the_round_are_saved_with_one_event_and_the_pressure_is_one(ward):
    client = ward.as_nurse
    before = rows_of(ward).count()
    events = AuditEvent.objects.count()

    answer = client.post(address(ward), TYPED)

    assert answer.status_code == 302
    new = rows_of(ward).order_by("-recorded_at")[:6]
    assert rows_of(ward).count() == before + 6  # five values, and the panel of the pressure
    panel = next(row for row in new if row.code == "85354-9")
    assert {row.code for row in new if row.panel_id == panel.pk} == {"8480-6", "8462-4"}
    assert AuditEvent.objects.filter(act="observation.record").count() == 1
    assert AuditEvent.objects.count() - events <= 2  # that one, and that the chart was opened


def test_one_value_that_no_body_has_keeps_all_of_them_back_and_stands_at_its_field(ward):
    client = ward.as_nurse
    before = rows_of(ward).count()

    answer = client.post(address(ward), TYPED | {"8310-5-value": "98.2"})

    assert answer.status_code == 422
    assert rows_of(ward).count() == before
    page = drawn(answer)
    assert 'id="id_8310-5-value_error"' in page
    assert 'value="128"' in page  # what was typed is still there
    assert "Nothing was saved yet" in page


def test_the_order_of_a_pressure_is_asked_back(ward):
    client = ward.as_nurse

    answer = client.post(address(ward), TYPED | {"8480-6-value": "82", "8462-4-value": "128"})

    assert answer.status_code == 422
    assert "Was the order exchanged?" in text_of(answer)


def test_sent_twice_it_is_stored_once(ward):
    client = ward.as_nurse
    client.post(address(ward), TYPED)
    after = rows_of(ward).count()

    answer = client.post(address(ward), TYPED)

    assert rows_of(ward).count() == after
    assert answer.status_code in (302, 422)


def test_an_empty_form_asks_for_a_value(ward):
    client = ward.as_nurse
    empty = dict.fromkeys(TYPED, "") | {"set": "vital-signs", "observed_at": "14-Mar-2026 9:30"}

    answer = client.post(address(ward), empty)

    assert answer.status_code == 422
    assert "Enter at least one value." in text_of(answer)


def test_a_stranger_sees_no_form_and_stores_nothing(ward):
    stranger = ward.as_stranger

    assert stranger.get(address(ward) + "?set=vital-signs").status_code == 404
    assert stranger.post(address(ward), TYPED).status_code == 404


def test_the_list_can_be_searched_in_either_language_and_by_code(ward):
    client = ward.as_nurse
    for words in ("potass", "钾", "2823-3"):
        page = drawn(client.get(address(ward), {"q": words}))
        assert re.findall(r'href="\?code=([^"&]+)', page) == ["2823-3"], words


def test_record_another_leads_back_to_the_list(ward):
    client = ward.as_nurse

    answer = client.post(address(ward), TYPED | {"then": "another"})

    assert answer.headers["Location"] == address(ward)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("4,4", "4.4"), ("\uff14\uff0e\uff14", "4.4"), ("4。4", "4.4"), ("1,234", "1.234")],
)
def test_what_was_perhaps_meant_is_a_button(ward, typed, meant):
    client = ward.as_nurse
    sent = {"code": "2823-3", "value": typed, "unit": "mmol/L", "observed_at": "14-Mar-2026 09:30"}

    answer = client.post(address(ward), sent)

    assert answer.status_code == 422
    assert f'data-fills="value" data-value="{meant}"' in drawn(answer)


def test_another_unit_that_was_perhaps_meant_is_a_button_too(ward):
    client = ward.as_nurse
    sent = {"code": "1518-0", "value": "7.8", "unit": "mg/dL", "observed_at": "14-Mar-2026 09:30"}

    page = drawn(client.post(address(ward), sent))

    assert 'data-value="7.8"' in page
    assert 'data-unit="mmol/L"' in page
