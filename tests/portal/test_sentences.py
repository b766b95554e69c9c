"""Sentences about a risk: both halves, a named reference class, and no false precision."""

from __future__ import annotations

import pytest
from django.utils import translation

from diagnosis.portal.charts.waterfall import Factor, waterfall
from diagnosis.portal.words import sentences
from diagnosis.portal.words.figures import percent, percent_range, signed
from diagnosis.portal.words.sentences import SENTENCES
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results import frequency
from diagnosis.results import sentences as shared
from diagnosis.results.binary import sentences as frequencies
from diagnosis.results.figures import PERCENT
from diagnosis.results.result import Result
from diagnosis.results.sentences import interval_sentence
from diagnosis.results.stored import read_result
from tests.factories import service_data

SLUGS = ("coronary-disease", "diabetes-onset", "pbc-prognosis", "flc-mortality", "breast-mass")
LANGUAGES = ("en", "zh-hans")


def sheet_of(slug):
    return Sheet.from_dict(service_data(slug, "service"))


@pytest.mark.parametrize("probability", [i / 200 for i in range(2, 199)])
def test_both_halves_add_up_to_a_hundred(probability):
    parts = frequency.halves(probability)

    assert int(parts.with_event) + int(parts.without) == 100
    assert parts.filled == int(parts.with_event)


def test_under_one_in_a_hundred_is_said_in_words_for_both_halves():
    rare, sure = frequency.halves(0.004), frequency.halves(0.996)

    assert (rare.with_event, rare.without, rare.filled) == ("fewer than 1", "more than 99", 0)
    assert (sure.with_event, sure.without, sure.filled) == ("more than 99", "fewer than 1", 100)


@pytest.mark.parametrize(
    ("fraction", "written"),
    [(0.0, "<1\u00a0%"), (0.0099, "<1\u00a0%"), (0.01, "1\u00a0%"), (0.173482, "17\u00a0%"),
     (0.99, "99\u00a0%"), (0.9901, ">99\u00a0%"), (1.0, ">99\u00a0%")],
)  # fmt: skip
def test_a_risk_is_whole_per_cent_and_never_0_or_100(fraction, written):
    assert percent(fraction) == written


def test_a_range_has_its_sign_once():
    assert percent_range(0.152, 0.331) == "15\u201333\u00a0%"
    assert percent_range(0.002, 0.05) == "<1\u20135\u00a0%"


def test_points_have_a_true_minus_and_zero_has_no_sign():
    assert [signed(p) for p in (3, -3, 0)] == ["+3", "\u22123", "0"]


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("probability", [0.003, 0.23, 0.999])
def test_every_service_says_both_halves_with_its_reference_class(slug, language, probability):
    sheet = sheet_of(slug)
    key = "zh-Hans" if language.startswith("zh") else "en"

    with translation.override(language):
        text = frequency.natural_frequency(sheet, probability, 0.35)
        parts = frequency.halves(probability)

    people = sheet.sentence.people[key]
    assert people.lower() in text.lower()
    assert parts.with_event.lower() in text.lower()
    assert parts.without.lower() in text.lower()
    assert "35" in text
    assert "{" not in text


@pytest.mark.parametrize("slug", SLUGS)
def test_a_bound_is_never_called_about(slug):
    text = frequency.natural_frequency(sheet_of(slug), 0.003, 0.35).lower()

    assert "about fewer" not in text
    assert "about more" not in text


def test_the_example_of_the_sheet_reads_as_it_should():
    sheet = sheet_of("coronary-disease")

    assert frequency.natural_frequency(sheet, 0.23, 0.444) == (
        "Of 100 patients sent for coronary angiography in the validation data with a score like "
        "this, about 23 had a narrowed coronary artery; about 77 did not. Average there: 44."
    )


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_patient_s_sentence_has_no_word_of_models(slug, language):
    with translation.override(language):
        text = frequencies.patient_sentence(sheet_of(slug), 0.23)

    for word in ("model", "score", "data", "estimate", "模型", "评分", "数据"):
        assert word not in text.lower()
    assert "23" in text
    assert "77" in text


def answered(interval, method):
    return {
        "probability": 0.23,
        "interval": interval,
        "interval_level": 0.9,
        "interval_method": method,
    }


def test_the_interval_speaks_of_other_models_and_not_of_the_patient():
    result = {
        "probability": 0.23,
        "interval": [0.15, 0.33],
        "interval_level": 0.9,
        "interval_method": "other models",
    }

    text = interval_sentence(read_result(result), PERCENT)

    assert "If the model had been built from other patients of the same kind" in text
    assert "15\u201333\u00a0% (about 90 of 100 such models)" in text


def test_an_older_interval_claims_no_more_than_it_holds():
    older = {
        "probability": 0.23,
        "interval": [0.18, 0.28],
        "interval_level": 0.9,
        "interval_method": "bootstrap refits",
    }

    text = interval_sentence(read_result(older), PERCENT)

    assert "of 100 such models" not in text
    assert "18\u201328\u00a0% (90 of 100 draws)" in text
    assert "built from other patients it would vary more" in text


def test_an_interval_that_was_not_computed_is_not_invented():
    text = "No interval was computed for this version."

    assert interval_sentence(Result("binary"), PERCENT) == text


def test_the_local_count_names_how_many_of_how_many():
    sheet = sheet_of("coronary-disease")
    found = {"lower": 0.15, "upper": 0.5, "n": 64, "events": 14}

    text = frequencies.local_count(found, sheet)

    assert text == (
        "Of 64 validation patients scored 15\u201350\u00a0%, 14 had a narrowed coronary artery."
    )


def test_the_average_on_the_first_bar_names_its_people():
    sheet = sheet_of("coronary-disease")

    assert sentences.base_name(sheet, 100, 210) == (
        "average of 100 of the 210 patients sent for coronary angiography"
        " from whose data the model learned"
    )
    assert sentences.base_name(sheet, 100, 100).startswith("average of the 100 patients sent")


def test_the_reasons_are_said_with_their_points_and_small_letters():
    given = [Factor("bilirubin", 0.09), Factor("hba1c", -0.04), Factor("nothing", 0.001)]
    picture = waterfall(0.2, given, 0.251)

    text = sentences.reasons_sentence(
        picture, {"bilirubin": "Bilirubin", "hba1c": "HbA1c", "nothing": "Nothing"}
    )

    assert "bilirubin raises it by 9" in text
    assert "HbA1c lowers it by 4" in text
    assert "othing" not in text


def test_reasons_that_hardly_move_anything_are_said_to_do_so():
    picture = waterfall(0.2, [Factor("age", 0.002)], 0.202)

    assert "No input moves the estimate by a whole point" in sentences.reasons_sentence(
        picture, {"age": "Age"}
    )


@pytest.mark.parametrize(
    ("verdict", "start"), [("gain", "Better"), ("loss", "Worse"), ("no-gain", "No gain over")]
)
def test_no_gain_is_said_in_plain_words(verdict, start):
    text = sentences.gain("Published Mayo score", 0.006, verdict, (-0.004, 0.016))

    assert text.startswith(start)
    assert "AUROC +0.006 (95 % interval \u22120.004 to +0.016), same patients." in text


def test_of_a_hundred_flagged_both_kinds_are_counted():
    right, missed = sentences.flagged_sentences(
        {
            "threshold": 0.5,
            "per_100_flagged_right": 78.8,
            "missed_per_100_events": 16.3,
            "flagged_per_100": 51.6,
        }
    )

    assert "79 had it and 21 did not" in right
    assert "16 were missed; 52 of 100" in missed


@pytest.mark.parametrize(
    ("ahead", "right", "missed"),
    [
        (False, "79例患病，21例未患病", "每100例患病者中漏诊16例"),
        (True, "79例后来发生", "后来发生者中漏报16例"),
    ],
)
def test_what_has_not_happened_yet_is_no_missed_diagnosis_in_chinese(ahead, right, missed):
    shares = {"per_100_flagged_right": 78.8, "missed_per_100_events": 16.3, "flagged_per_100": 30}
    figures = {"threshold": 0.5, **shares}
    with translation.override("zh-hans"):
        texts = sentences.flagged_sentences(figures, ahead=ahead)

    assert right in texts[0]
    assert missed in texts[1]


def test_a_value_lowers_the_estimate_and_has_not_itself_fallen():
    picture = waterfall(0.2, [Factor("bilirubin", -0.05, 0.001)], 0.15)
    with translation.override("zh-hans"):
        text = sentences.reasons_sentence(picture, {"bilirubin": "总胆红素"})

    assert "总胆红素使估计值降低5个百分点" in text


def test_a_service_without_a_threshold_flags_nobody():
    assert sentences.flagged_sentences(None) == []


EVERY = {**SENTENCES, **shared.SENTENCES, **frequencies.SENTENCES, **frequency.SENTENCES}


@pytest.mark.parametrize("name", sorted(EVERY))
def test_every_sentence_stands_in_both_languages_with_the_same_places(name):
    import string

    english, chinese = EVERY[name]["en"], EVERY[name]["zh-Hans"]
    places = [
        {field for _, field, _, _ in string.Formatter().parse(text) if field}
        for text in (english, chinese)
    ]

    assert english.strip()
    assert chinese.strip()
    assert places[0] == places[1]
