"""What REST says to people is in the language they asked for; what programs read never changes."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.api.client import Caller
from tests.runnable import Ward, ward

pytestmark = pytest.mark.django_db(transaction=True)
HAN = re.compile(r"[\u3400-\u9fff]")
TWO_ENGLISH_WORDS = re.compile(r"\b[a-z]{2,} [a-z]{2,}\b")
VALUE = {"code": "8480-6", "value": 128, "unit": "mm[Hg]", "observed_at": "2026-05-06T07:08:09Z"}


@pytest.fixture
def heart(db) -> Ward:
    return ward()


def asked(heart: Ward, language: str) -> dict[str, Any]:
    doctor, stranger = Caller(heart.doctor, language), Caller(language=language)
    patient = str(heart.patient.pk)
    value = {**VALUE, "patient": patient}
    predictions = f"services/{heart.service.slug}/predictions"
    return {
        "no token": stranger.get("patients"),
        "nothing there": doctor.get("patients/6f9619ff-8b86-4d01-b42d-00cf4fc964ff"),
        "wrong method": doctor.post("patients"),
        "broken JSON": doctor.post("observations", "{"),
        "empty": doctor.post("observations", {}),
        "unknown code": doctor.post("observations", {**value, "code": "0-0"}),
        "impossible": doctor.post("observations", {**value, "value": 1200}),
        "no unit": doctor.post("observations", {**value, "unit": ""}),
        "in the future": doctor.post(
            "observations", {**value, "observed_at": "2999-01-01T00:00:00Z"}
        ),
        "no patient": doctor.post(predictions, {}),
        "unknown input": doctor.post(predictions, {"patient": patient, "inputs": {"shoe": 42}}),
        "unknown parameter": doctor.get("patients", shoe="42"),
    }


def words(problem: dict[str, Any]) -> list[str]:
    return [problem["detail"], *(error["detail"] for error in problem.get("errors", []))]


def test_every_problem_is_told_in_chinese_with_the_same_codes(heart):
    english, chinese = asked(heart, "en"), asked(heart, "zh-CN")

    told = {case: words(answer.json()) for case, answer in chinese.items()}
    assert {case: texts for case, texts in told.items() if not all(map(HAN.search, texts))} == {}
    left = {case: [t for t in texts if TWO_ENGLISH_WORDS.search(t)] for case, texts in told.items()}
    assert {case: texts for case, texts in left.items() if texts} == {}
    for case, answer in english.items():
        same = chinese[case].json()
        assert (case, same["code"], same["status"]) == (
            case,
            answer.json()["code"],
            answer.json()["status"],
        )
