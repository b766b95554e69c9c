"""Labels are judged each for itself: which are flagged, what a flag is worth, what is not there."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from django.utils import translation

from diagnosis.inference.scoring.score import _is_asked
from diagnosis.inference.stored.entry import Entry
from diagnosis.ml import Artifact
from diagnosis.ml.results.estimate import Estimate
from diagnosis.registry.sheet.checks import sheet_problems
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results import offers, shown_kind
from diagnosis.results.kind import Panel, Seen
from diagnosis.results.multilabel.card import measured
from diagnosis.results.result import LabelFacts, Result
from diagnosis.results.stored import read_result, written_result
from medportal.demo.build.__main__ import artifact_folder
from tests.factories import service_data
from tests.portal.test_units import schema_named

SLUG = "thyroid-report"
KIND = shown_kind("multilabel")
SHEET = Sheet.from_dict(service_data(SLUG, "service"))


def answer(**values: float) -> Result:
    names = [one.name for one in SHEET.estimates if one.name in values or one.only_with is None]
    return Result(
        kind="multilabel",
        estimates=tuple(Estimate(name, values.get(name, 0.01), (0.0, 1.0)) for name in names),
        labels=tuple(LabelFacts(name, 0.03, 0.3, 200, 150, 20) for name in names),
    )


def shown(result: Result):
    found = KIND.shown(Seen(result, SHEET))
    assert found is not None
    return found


def test_what_is_stored_is_what_is_read_and_told():
    result = answer(primary_hypothyroid=0.93)
    stored = written_result(result)
    assert stored["kind"] == "multilabel"
    assert stored["probabilities"]["primary_hypothyroid"] == 0.93
    assert read_result(stored) == result


def test_the_flagged_stand_first_the_likeliest_on_top_and_a_line_names_them():
    result = answer(non_thyroidal_illness=0.41, primary_hypothyroid=0.93)
    lines = shown(result).lines
    assert [line.name for line in lines[:2]] == ["primary_hypothyroid", "non_thyroidal_illness"]
    assert [line.is_flagged for line in lines] == [True, True] + [False] * 4
    assert KIND.line(result, SHEET) == ("2 comments: primary hypothyroidism, non-thyroidal illness")
    with translation.override("zh-hans"):
        assert KIND.line(result, SHEET).startswith("2条提示语：原发性甲状腺功能减退、")


def test_beside_each_stands_what_a_flag_is_worth():
    (line, *_rest) = shown(answer(thyrotoxic=0.5)).lines
    assert line.said == "50\u00a0%"
    assert line.told.startswith("Base rate 3.0\u00a0%.")
    assert "of 200 reports flagged so, 150 had the comment (75\u00a0%); 20" in line.told


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "does not mean a healthy thyroid"), ("zh-hans", "并不表示甲状腺健康")],
)
def test_no_comment_is_no_all_clear(language, words):
    with translation.override(language):
        found = shown(answer())
        assert found.is_none
        assert words in found.sentence


def test_what_is_not_judged_is_named_with_its_reason():
    found = shown(answer())
    assert [one.label for one in found.not_here] == [
        "under-replaced (on thyroxine)", "over-replaced (on thyroxine)",
    ]  # fmt: skip
    assert {"raised TBG", "lowered binding protein"} <= {one.label for one in found.not_offered}
    assert all(one.why for one in (*found.not_here, *found.not_offered))


@pytest.mark.parametrize(
    ("entry", "asked"),
    [
        (Entry("yes", converted=1.0), True),
        (Entry("no", converted=0.0), False),
        (Entry("yes"), False),
    ],
)
def test_replacement_is_judged_on_thyroxine_only(entry, asked):
    snapshot = {"on_thyroxine": entry}
    assert _is_asked(SHEET, "over_replaced", snapshot) is asked
    assert _is_asked(SHEET, "thyrotoxic", snapshot)


def test_without_a_threshold_nothing_is_flagged():
    result = replace(answer(thyrotoxic=0.99), labels=())
    assert shown(result).is_none


def test_no_single_label_speaks_for_all_so_nothing_that_speaks_of_one_is_there():
    assert KIND.headline(SHEET) is None
    assert not [panel for panel in Panel if panel != Panel.OUTCOME and offers(SHEET, panel)]


@pytest.mark.parametrize(
    ("change", "place", "code"),
    [
        ({"bands_of": "thyrotoxic"}, "/bands_of", "no_headline"),
        ({"patient_sheet": True}, "/patient_sheet", "no_headline"),
        ({"sentence": {"people": {"en": "reports", "zh-Hans": "报告"}}}, "/sentence/none",
         "text_missing"),
        ({"estimates": []}, "/estimates", "required"),
    ],
)  # fmt: skip
def test_a_sheet_is_refused_at_its_place(change, place, code):
    sheet = {**copy.deepcopy(service_data(SLUG, "service")), **change}
    told = {(one.pointer, one.code) for one in sheet_problems(sheet, schema_named(SLUG))}
    assert (place, code) in told


@pytest.mark.parametrize(
    ("only", "place", "code"),
    [
        ({"feature": "tea"}, "feature", "unknown_feature"),
        ({"feature": "t3"}, "feature", "not_required"),
        ({"values": ["perhaps"]}, "values", "unknown_value"),
    ],
)
def test_what_decides_whether_a_label_is_judged_is_always_known(only, place, code):
    sheet = copy.deepcopy(service_data(SLUG, "service"))
    sheet["estimates"][-1]["only_with"] |= only
    told = {(one.pointer, one.code) for one in sheet_problems(sheet, schema_named(SLUG))}
    assert (f"/estimates/7/only_with/{place}", code) in told


def test_the_sheet_is_whole_and_names_the_labels_of_its_model():
    manifest = Artifact.load(artifact_folder(SLUG)).manifest
    assert sheet_problems(service_data(SLUG, "service"), schema_named(SLUG)) == []
    assert [one.name for one in SHEET.estimates] == manifest["task"]["classes"]


def test_fhir_tells_each_label_and_whether_it_is_flagged():
    found = KIND.fhir(answer(thyrotoxic=0.5), SHEET)
    assert len(found) == 6
    assert found[0]["probabilityDecimal"] == 50
    flags = [e["valueBoolean"] for one in found for e in one["extension"] if "valueBoolean" in e]
    assert flags == [True] + [False] * 5


def test_the_card_tells_precision_and_whom_a_flag_caught_by_date_first():
    found = measured(Artifact.load(artifact_folder(SLUG)).manifest, SHEET)
    assert found is not None
    late, folds = found.tables
    assert "18-Aug-1986" in late.title
    assert len(folds.labels) == 8
    assert all(row.area_ends and row.precision_ends for row in folds.labels)
    assert {one.label for one in found.beside} >= {"Two-line rule", "This version"}
