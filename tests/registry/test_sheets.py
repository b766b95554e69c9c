"""A service exists only with a complete sheet: both languages, known rules, bands without a gap."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from diagnosis.registry import actions
from diagnosis.registry.models import Service
from diagnosis.registry.sheet.checks import check_service
from medportal.common.errors import DomainError
from medportal.settings.base import ROOT
from tests.factories import (
    OrganisationFactory,
    clinician_at,
    data_scientist_at,
    service_data,
)

SLUGS = sorted(path.name for path in (ROOT / "medportal" / "demo" / "data" / "services").iterdir())


def sheet_of(slug: str = "coronary-disease") -> dict[str, Any]:
    return copy.deepcopy(service_data(slug, "service"))


def complaints(sheet: dict[str, Any], slug: str = "coronary-disease") -> dict[str, str]:
    with pytest.raises(DomainError) as caught:
        check_service(sheet, service_data(slug, "schema"))
    return {pointer.pointer: pointer.code for pointer in caught.value.pointers}


@pytest.mark.parametrize("slug", SLUGS)
def test_every_sheet_of_the_demonstration_is_complete(slug):
    sheet, features = check_service(sheet_of(slug), service_data(slug, "schema"))

    assert (sheet.slug, bool(features.names)) == (slug, True)


def test_a_text_in_one_language_alone_is_refused_at_its_place():
    sheet = sheet_of()
    sheet["population"][0]["reason"] = {"en": "Too young."}
    del sheet["question"]["zh-Hans"]

    assert complaints(sheet) == {
        "/population/0/reason": "language_missing",
        "/question": "language_missing",
    }


@pytest.mark.parametrize(
    ("lower", "upper"), [(0.06, 0.15), (0.04, 0.15), (0.05, 0.05)], ids=["gap", "overlap", "empty"]
)
def test_bands_must_follow_each_other(lower, upper):
    sheet = sheet_of()
    sheet["bands"][1] |= {"lower": lower, "upper": upper}

    assert complaints(sheet) == {"/bands": "gap"}


def test_bands_must_reach_one():
    sheet = sheet_of()
    sheet["bands"].pop()

    assert complaints(sheet) == {"/bands": "gap"}


def test_a_band_stands_for_an_action_of_the_list():
    sheet = sheet_of()
    sheet["bands"][0]["action"] = "wait-and-see"

    assert complaints(sheet) == {"/bands/0/action": "unknown_action"}


def test_a_rule_of_an_unknown_kind_is_refused():
    sheet = sheet_of()
    sheet["population"][0]["kind"] = "mood"

    assert complaints(sheet) == {"/population/0/kind": "unknown_kind"}


def test_a_rule_about_an_input_that_the_service_does_not_have_is_refused():
    sheet = sheet_of("diabetes-onset")
    rule = next(r for r in sheet["population"] if r["kind"] == "input_range")
    rule["feature"] = "shoe_size"
    place = f"/population/{sheet['population'].index(rule)}/feature"

    assert complaints(sheet, "diabetes-onset") == {place: "unknown_feature"}


def test_two_rules_may_not_share_a_code():
    sheet = sheet_of()
    sheet["population"][0]["code"] = sheet["population"][1]["code"]

    assert complaints(sheet) == {"/population/1/code": "code"}


def test_a_schema_that_contradicts_itself_is_refused():
    schema = copy.deepcopy(service_data("coronary-disease", "schema"))
    schema["features"][1]["kind"] = "number"

    with pytest.raises(DomainError) as caught:
        check_service(sheet_of(), schema)

    assert caught.value.code == "schema_invalid"


@pytest.mark.django_db
def test_a_data_scientist_defines_a_service_and_defines_it_again():
    scientist = data_scientist_at(OrganisationFactory())
    sheet = sheet_of()
    first = actions.define_service(
        actor=scientist, sheet=sheet, schema=service_data("coronary-disease", "schema")
    )
    sheet["validity_days"] = 30

    second = actions.define_service(
        actor=scientist, sheet=sheet, schema=service_data("coronary-disease", "schema")
    )

    assert first.pk == second.pk
    assert Service.objects.get().validity_days == 30


@pytest.mark.django_db
def test_a_clinician_does_not_define_services():
    with pytest.raises(DomainError) as caught:
        actions.define_service(
            actor=clinician_at(OrganisationFactory()),
            sheet=sheet_of(),
            schema=service_data("coronary-disease", "schema"),
        )

    assert (caught.value.code, caught.value.status) == ("role_missing", 403)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_not_for_of_every_sheet_is_checked_or_says_that_it_is_not(slug):
    sheet = sheet_of(slug)
    rules = {rule["code"] for rule in sheet["population"] + sheet.get("answer_rules", [])}

    for point in sheet["never"]:
        named = {*point.get("rules", ()), *point.get("inputs", ())}
        assert bool(named) != point.get("unchecked", False), point["en"]
        assert set(point.get("rules", ())) <= rules, point["en"]


TIES = [
    ({}, "/never/0", "not_tied"),
    ({"rules": ["acute"], "unchecked": True}, "/never/0", "not_tied"),
    ({"rules": ["mood"]}, "/never/0/rules", "unknown_rule"),
    ({"inputs": ["troponin"]}, "/never/0/inputs", "not_required"),
]


@pytest.mark.parametrize(("tie", "place", "code"), TIES)
def test_a_service_with_a_not_for_that_nobody_checks_is_not_defined(tie, place, code):
    sheet = sheet_of()
    sheet["never"][0] = {"en": "Acute chest pain", "zh-Hans": "急性胸痛", **tie}

    assert complaints(sheet) == {place: code}


def test_a_rule_about_an_answer_that_the_input_cannot_have_is_refused():
    sheet = sheet_of()
    rule = next(r for r in sheet["population"] if r["kind"] == "input_not_among")
    rule["values"] = ["no-pain"]

    place = f"/population/{sheet['population'].index(rule)}/values"
    assert complaints(sheet) == {place: "unknown_answer"}
