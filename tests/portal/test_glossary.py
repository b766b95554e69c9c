"""What people wrote in charts, in the reader's language where it is known exactly."""

from __future__ import annotations

import json

import pytest
from django.utils import translation

from medportal.common.glossary import GLOSSARY, language_of, marked, spoken
from medportal.demo.loading import patients
from medportal.demo.loading.charts import PROBLEMS


@pytest.mark.parametrize(
    ("written", "language", "shown"),
    [
        ("Penicillin", "zh-hans", "青霉素"),
        ("青霉素", "en", "Penicillin"),
        ("penicillin ", "en", "Penicillin"),
        ("Penicillin V", "zh-hans", "Penicillin V"),  # another medicine: never nearly the same
        ("", "zh-hans", ""),
    ],
)
def test_a_text_is_shown_in_the_readers_language_only_if_it_is_known_exactly(
    written, language, shown
):
    with translation.override(language):
        assert spoken(written) == shown


def test_what_stays_in_another_language_says_which():
    with translation.override("zh-hans"):
        assert marked("Seen by <the> nurse") == '<span lang="en">Seen by &lt;the&gt; nurse</span>'
        assert marked("47.5") == "47.5"
    with translation.override("en"):
        assert marked("患者乏力") == '<span lang="zh-Hans">患者乏力</span>'
        assert marked("Tired") == "Tired"


def test_no_pair_shares_its_chinese_with_another():
    pairs = json.loads(GLOSSARY.read_text())
    assert len({chinese.casefold() for chinese in pairs.values()}) == len(pairs)
    assert all(language_of(chinese) == "zh-Hans" for chinese in pairs.values())


def test_everything_written_in_the_demonstrations_charts_is_known_in_both_languages():
    lives = json.loads((patients.HERE / "lives.json").read_text())
    written = {name for _code, name, _status in PROBLEMS.values()}
    for life in lives:
        written |= {text for pair in life["allergies"] for text in pair}
        written |= {problem[1] for problem in life["problems"]}
        written |= {text for medicine in life["medications"] for text in medicine[1:3]}
        written |= {text for visit in life["encounters"] for text in visit[2:4]}
    told = json.loads((patients.HERE / "backgrounds.json").read_text())
    for problem in told["problems"]:
        written |= {problem["label"], *(text for m in problem["medicines"] for text in m[1:3])}
    written |= {text for visit in told["earlier"] for text in visit[1:3]}
    written |= {v[name] for v in told["visits"].values() for name in ("reason", "location")}
    with translation.override("zh-hans"):
        assert {text for text in written if text and language_of(spoken(text)) == "en"} == set()
