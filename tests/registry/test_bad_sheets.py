"""A sheet is judged whole when it is defined: each problem at its place, all of them at once."""

from __future__ import annotations

import copy
import json
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest

from diagnosis.inference.before.rules import KINDS
from diagnosis.registry import actions
from diagnosis.registry.models import Service
from diagnosis.registry.sheet import levels, sheets
from diagnosis.registry.sheet.checks import check_service
from diagnosis.registry.sheet.rules import NEEDS
from diagnosis.registry.sheet.sheets import Sheet
from medportal.common.errors import DomainError
from medportal.settings.base import ROOT
from tests.factories import OrganisationFactory, data_scientist_at, service_data, with_sheet
from tests.runnable import again, ward

SLUGS = sorted(path.name for path in (ROOT / "medportal" / "demo" / "data" / "services").iterdir())
SLUG = "coronary-disease"
Change = Callable[[dict[str, Any]], object]
EN = {"en": "Only this."}
SURE = {"en": "Sure?", "zh-Hans": "确定？"}


def band(place: int, **changes: Any) -> Change:
    return lambda sheet: sheet["bands"][place].update(changes)


def rule(place: int, **changes: Any) -> Change:
    return lambda sheet: sheet["population"][place].update(changes)


def without(*path: str | int) -> Change:
    def change(sheet: Any) -> None:
        for step in path[:-1]:
            sheet = sheet[step]
        del sheet[path[-1]]

    return change


def told(**fields: Any) -> Change:
    return lambda sheet: sheet.update(fields)


def an_age(**changes: Any) -> dict[str, Any]:
    text = {"en": "x", "zh-Hans": "甲"}
    made = {"code": "older", "kind": "age", "minimum": 30, "reason": text, "cure": text}
    return {**made, "source": text, **changes}


BAD: list[tuple[str, Change, dict[str, str]]] = [
    ("a band without a code", without("bands", 0, "code"), {"/bands/0/code": "required"}),
    ("a band with an empty code", band(0, code=""), {"/bands/0/code": "required"}),
    ("a band with a number for a code", band(0, code=3), {"/bands/0/code": "invalid"}),
    ("a code that no result can keep", band(0, code="low-to-intermediate-risk"),
     {"/bands/0/code": "too_long"}),
    ("a code without colour and symbol", band(0, code="green"),
     {"/bands/0/code": "unknown_level"}),
    ("a level twice", band(1, code="very-low"), {"/bands/1/code": "level_order"}),
    ("levels against the scale", lambda s: (band(0, code="low")(s), band(1, code="very-low")(s)),
     {"/bands/1/code": "level_order"}),
    ("a band without a limit", without("bands", 1, "upper"), {"/bands/1/upper": "required"}),
    ("a limit that is a word", band(1, upper="0.15"), {"/bands/1/upper": "invalid"}),
    ("a limit that is no number", band(4, upper=float("nan")), {"/bands/4/upper": "invalid"}),
    ("yes for a limit", band(4, upper=True), {"/bands/4/upper": "invalid"}),
    ("a gap between bands", band(1, lower=0.06), {"/bands": "gap"}),
    ("a band in one language", band(2, label=EN), {"/bands/2/label": "language_missing"}),
    ("a band that advises nothing", without("bands", 2, "text"),
     {"/bands/2/text": "text_missing"}),
    ("a band without a source", band(2, source=""), {"/bands/2/source": "text_missing"}),
    ("a band that is a word", lambda s: s["bands"].__setitem__(0, "low"),
     {"/bands/0": "invalid"}),
    ("bands that are no list", told(bands={"low": 0.1}), {"/bands": "invalid"}),
    ("a rule that is not spelled well", rule(0, reson=EN),
     {"/population/0/reson": "unknown_field"}),
    ("population not spelled well",
     lambda s: s.update(populaton=s.pop("population"), never=s["never"][-1:]),
     {"/population": "required", "/populaton": "unknown_field"}),
    ("a range without an end",
     lambda s: s["population"].append(an_age(code="older", minimum=None)),
     {"/population/{last}/minimum": "required"}),
    ("a range turned round", lambda s: s["population"].append(an_age(code="older", maximum=1)),
     {"/population/{last}/maximum": "reversed"}),
    ("a rule without a source", without("population", 0, "source"),
     {"/population/0/source": "text_missing"}),
    ("a rule in one language", rule(0, reason=EN), {"/population/0/reason": "language_missing"}),
    ("a rule without a cure", without("population", 0, "cure"),
     {"/population/0/cure": "text_missing"}),
    ("no days of validity", told(validity_days=0), {"/validity_days": "required"}),
    ("days of validity in words", told(validity_days="90"), {"/validity_days": "invalid"}),
    ("a horizon of no days", lambda s: s["horizon"].update(days=0),
     {"/horizon/days": "invalid"}),
    ("maybe for a yes or no", told(in_worklist="maybe"), {"/in_worklist": "invalid"}),
    ("nobody who uses it", without("user"), {"/user": "text_missing"}),
    ("nothing that it is not for", told(never=[]), {"/never": "required"}),
    ("an action twice", lambda s: s["actions"].append(copy.deepcopy(s["actions"][0])),
     {"/actions/{last}/code": "code"}),
    ("a sentence that nobody can fill",
     lambda s: s["sentence"].update(template={"en": "Of {hundred}", "zh-Hans": "{n}"}),
     {"/sentence/template": "unknown_place"}),
    ("a broken sentence",
     lambda s: s["sentence"].update(patient_template={"en": "{n", "zh-Hans": "{n}"}),
     {"/sentence/patient_template": "unknown_place"}),
    ("a note on a strange input",
     lambda s: s["contradiction_notes"].update({"shoe/size": {"en": "x", "zh-Hans": "甲"}}),
     {"/contradiction_notes/shoe~1size": "unknown_feature"}),
    ("a note for a strange band",
     lambda s: s.update(result_notes=[{"en": "x", "zh-Hans": "甲", "bands": ["green"]}]),
     {"/result_notes/0/bands": "unknown_band"}),
    ("a rule of answers among those of people", rule(0, kind="answer_range", maximum=0.5),
     {"/population/0/kind": "unknown_kind"}),
    ("a rule of people among those of answers", told(answer_rules=[an_age()]),
     {"/answer_rules/0/kind": "unknown_kind"}),
    ("a rule of answers that a person could confirm",
     told(answer_rules=[an_age(kind="answer_range", question=SURE)]),
     {"/answer_rules/0/question": "not_asked"}),
    ("a square metre of a pressure",
     told(answer_rules=[an_age(kind="answer_per_square_metre", feature="systolic_bp")]),
     {"/answer_rules/0/feature": "not_a_length"}),
    ("a rule of answers without a cure",
     told(answer_rules=[{**an_age(kind="answer_range"), "cure": None}]),
     {"/answer_rules/0/cure": "text_missing"}),
    ("a threshold beyond the scale", told(flag_threshold=1.5),
     {"/flag_threshold": "out_of_range"}),
    ("no name for the address", told(slug="Coronary disease"), {"/slug": "invalid"}),
]  # fmt: skip


def sheet_of(slug: str = SLUG) -> dict[str, Any]:
    return copy.deepcopy(service_data(slug, "service"))


def refused(sheet: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        check_service(sheet, service_data(SLUG, "schema"))
    return caught.value


@pytest.mark.parametrize(("change", "expected"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_a_bad_sheet_is_refused_at_its_place_with_a_cure(change, expected):
    sheet = sheet_of()
    change(sheet)

    error = refused(sheet)

    last = {name: str(len(sheet.get(name, ())) - 1) for name in ("population", "actions")}
    wanted = {
        place.replace("{last}", last.get(place.split("/")[1], "")): code
        for place, code in expected.items()
    }
    assert {p.pointer: p.code for p in error.pointers} == wanted
    assert all(str(p.message) for p in error.pointers)


def test_all_problems_are_told_at_once():
    sheet = sheet_of()
    wanted = {}
    for name in ("a band without a code", "a limit that is a word", "nobody who uses it",
                 "no days of validity", "a rule without a source"):  # fmt: skip
        change, expected = next(row[1:] for row in BAD if row[0] == name)
        change(sheet)
        wanted |= expected

    assert {p.pointer: p.code for p in refused(sheet).pointers} == wanted


@pytest.mark.parametrize("found", [[], "x", None, {"bands": None}])
def test_what_is_no_sheet_at_all_is_refused_too(found):
    assert refused(found).code == "sheet_invalid"


@pytest.mark.django_db
def test_nothing_is_stored_of_a_bad_sheet():
    sheet = sheet_of()
    del sheet["bands"][0]["code"]

    with pytest.raises(DomainError):
        actions.define_service(
            actor=data_scientist_at(OrganisationFactory()),
            sheet=sheet, schema=service_data(SLUG, "schema"),
        )  # fmt: skip

    assert not Service.objects.exists()


@pytest.mark.parametrize("slug", SLUGS)
def test_what_is_signed_is_what_was_written(slug):
    """Byte for byte: a reviewer's signature is a digest of it."""
    stored = sheet_of(slug)

    written = Sheet.from_dict(stored).to_dict()

    assert json.dumps(written, sort_keys=True) == json.dumps(stored, sort_keys=True)
    assert Sheet.from_dict(written) == Sheet.from_dict(stored)


def test_a_default_that_was_written_stays_written():
    stored = sheet_of()
    stored["bands"][0]["upper_inclusive"] = True
    stored["horizon"] = {"text": stored["horizon"]["text"]}
    stored["population"][0]["question"] = None

    assert Sheet.from_dict(stored).to_dict() == stored


def test_a_stored_sheet_is_read_once_and_again_when_it_is_another():
    stored = sheet_of()
    first = sheets.read(stored)

    assert sheets.read(copy.deepcopy(stored)) is first
    assert sheets.read({**stored, "validity_days": 7}).validity_days == 7


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["red-flag-for-everybody-at-once", "green", None])
def test_a_run_on_an_older_sheet_settles_without_colour_and_with_a_symbol(code, caplog):
    heart = ward()
    listed = copy.deepcopy(heart.service.sheet.content["bands"])
    for band in listed:
        band["code"] = code
    with_sheet(heart.service, bands=listed)

    with caplog.at_level(logging.WARNING):
        done = again(heart.run())

    level = levels.level_of(done.band)
    assert (done.state, done.band) == ("done", (code or "")[: levels.LONGEST])
    assert (level.leaning, level.symbol) == ("", "○" if code else "")
    assert "no level is called" in caplog.text


def test_an_older_sheet_whose_bands_leave_a_gap_shows_none(caplog):
    stored = sheet_of()
    stored["bands"].pop(2)

    with caplog.at_level(logging.ERROR):
        found = sheets.read(stored)

    assert found.band_of(0.2) is None
    assert "leave a gap" in caplog.text


def test_every_level_that_leans_has_its_colour_on_the_pages():
    css = "\n".join(path.read_text() for path in (ROOT / "static" / "css").glob("*.css"))
    for level in levels.LEVELS.values():
        assert level.symbol
        if level.leaning:
            for word in ("band", "band-word"):
                rule_of = re.search(rf"\.{word}\.{level.code}\b[^{{]*{{[^}}]*}}", css)
                assert rule_of, level.code
                assert f"var(--{level.leaning})" in rule_of.group(), level.code


def test_every_kind_of_rule_that_a_sheet_may_hold_can_be_judged():
    assert set(NEEDS) == set(KINDS)
