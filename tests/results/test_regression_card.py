"""The card of a version that estimates a number, from the manifest of body-weight."""

from __future__ import annotations

import json

import pytest
from django.utils import translation

from diagnosis.results import RESULT_KINDS
from diagnosis.results.absent import NAMES, WHY, absent
from diagnosis.results.kind import Panel
from diagnosis.results.regression.card import MeasuredNumber, measured
from tests.runnable import artifact_of


@pytest.fixture(scope="module")
def card() -> MeasuredNumber:
    manifest = json.loads((artifact_of("body-weight") / "manifest.json").read_text())
    with translation.override("en"):
        return measured(manifest)


def test_errors_are_told_in_the_unit_with_their_intervals(card: MeasuredNumber) -> None:
    told = {one.label: one for one in card.metrics}
    error = told["Error on average, in either direction"]
    assert error.folds.value == "2.73\u00a0kg"
    assert error.folds.ends == "2.53 to 2.96"
    assert error.held_out.value == "2.58\u00a0kg"
    within = told["Within 10 % of the true value"]
    assert within.folds.value == "95\u00a0%"
    assert list(told)[-1].startswith("Share of the variance")  # it grows with the spread: last


def test_simpler_ways_stand_beside_and_the_linear_one_is_as_good(card: MeasuredNumber) -> None:
    beside = {one.label: one for one in card.beside}
    assert beside["Published formula (Lorenz 2007)"].ahead.value == "+1.32\u00a0kg"
    assert beside["Published formula (Lorenz 2007)"].verdict == "this version is better"
    assert card.equal == ("Linear regression without a penalty",)
    assert beside["This version"].is_model


def test_who_is_missed_is_named_with_the_exact_interval(card: MeasuredNumber) -> None:
    missed = [one for one in card.coverage if one.is_missed]
    assert [one.label for one in missed] == ["true body mass index 27 and over"]
    assert (missed[0].held, missed[0].share.value) == ("33 of 60", "55\u00a0%")
    labels = [one.label for one in card.coverage]
    assert labels[0] == "everybody"
    assert {"Sex female", "Sex male", "age 45 and over"} <= set(labels)


def test_every_panel_that_a_kind_lacks_is_named_with_its_reason() -> None:
    assert set(NAMES) == set(WHY) == set(Panel)
    for kind in RESULT_KINDS.values():
        named = {one.name for one in absent(kind, kind.panels)}
        assert named == {str(NAMES[panel]) for panel in set(Panel) - kind.panels}
        assert all(one.why for one in absent(kind, kind.panels))
