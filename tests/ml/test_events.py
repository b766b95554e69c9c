"""The event is never guessed from the alphabet: it is clear from both labels, or asked for."""

from __future__ import annotations

import pytest

from diagnosis.ml import Recipe, TableError
from diagnosis.ml.learning.problem import pose
from diagnosis.ml.learning.tables import TableWarning
from diagnosis.ml.results.events import event_of
from tests.ml.conftest import heart

CLEAR = [
    ("0", "1"), ("-1", "1"), ("False", "True"), ("no", "yes"), ("N", "Y"), ("F", "T"),
    ("absent", "present"), ("negative", "positive"), ("Neg", "Pos"), ("-", "+"),
    ("benign", "malignant"), ("control", "PD"), ("healthy", "sick"), ("normal", "abnormal"),
    ("None", "severe"), ("alive", "dead"), ("Survived", "Died"), ("Recovered", "Died"),
    ("no disease", "disease"), ("No disease", "Disease"), ("no stroke", "stroke"),
    ("non-diabetic", "diabetic"), ("no_CAD", "CAD"), ("without relapse", "relapse"),
    ("not dead", "dead"), ("remission", "relapse"), ("censored", "death"),
    ("阴性", "阳性"), ("否", "是"), ("无", "有"), ("存活", "死亡"), ("生存", "死亡"),
    ("正常", "异常"), ("良性", "恶性"), ("健康", "患病"), ("未患病", "患病"), ("对照", "病例"),
    ("未复发", "复发"), ("无复发", "复发"), ("无症状", "有症状"), ("非糖尿病", "糖尿病"),
]  # fmt: skip
UNCLEAR = [
    ("1", "2"), ("0", "2"), ("A", "B"), ("M", "F"), ("m", "b"), ("male", "female"), ("男", "女"),
    ("Recovered", "not recovered"), ("Survived", "Not survived"), ("responder", "non-responder"),
    ("治愈", "未愈"), ("有效", "无效"), ("不详", "阳性"), ("healthy", "normal"),
    ("alive", "censored"), ("low", "high"), ("died", "relapsed"), ("CHD", "no disease"),
]  # fmt: skip


@pytest.mark.parametrize(("other", "event"), CLEAR)
def test_the_event_is_the_label_that_says_something_is_there(other: str, event: str) -> None:
    assert event_of([other, event]) == event
    assert event_of([event, other]) == event


@pytest.mark.parametrize("labels", UNCLEAR)
def test_of_two_labels_that_do_not_say_it_none_is_taken(labels: tuple[str, str]) -> None:
    assert event_of(labels) is None
    assert event_of(labels[::-1]) is None


def outcome(other: object, event: object):
    table = heart()
    return table.assign(outcome=[event if d else other for d in table.pop("disease")])


def test_an_event_taken_from_words_is_said_and_written_down() -> None:
    with pytest.warns(TableWarning, match=r"event: Died \(44 %\)"):
        problem = pose(Recipe(target="outcome"), outcome("Survived", "Died"))
    assert problem.task.classes == ("Survived", "Died")
    (found,) = [f for f in problem.findings if f.code == "event_guessed"]
    assert found.figures == {"event": "Died", "percent": 44}
    assert found.message["zh-Hans"].startswith("事件：Died（44%）")


def test_an_unclear_pair_asks_in_one_line_which_is_the_event() -> None:
    with pytest.raises(TableError, match=r"Recovered or not recovered.*--positive"):
        pose(Recipe(target="outcome"), outcome("not recovered", "Recovered"))


def test_the_recipe_says_which_it_is_and_nothing_is_guessed() -> None:
    recipe = Recipe(target="outcome", positive="not recovered")
    problem = pose(recipe, outcome("not recovered", "Recovered"))
    assert problem.task.classes == ("Recovered", "not recovered")
    assert "event_guessed" not in {f.code for f in problem.findings}
