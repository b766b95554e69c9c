"""Input unlike the training data on the pages: the refusal, its paper, and a version's card."""

from __future__ import annotations

import json

import pytest

from diagnosis.inference.models import Job
from diagnosis.inference.scoring import likeness
from diagnosis.inference.stored.entry import written_snapshot
from diagnosis.inference.stored.refusal import Refusal
from diagnosis.portal.version.likeness_card import MISTAKES
from diagnosis.registry.models import ModelVersion
from tests.factories import PredictionFactory, reviewer_at
from tests.portal.results import artifact_of, snapshot_of, version_of
from tests.portal.test_result import text_of

SLUG = "flc-mortality"
TENFOLD = {"age": 68, "sex": "male", "kappa": 16.0, "lambda": 19.0}
CHINESE = {"HTTP_ACCEPT_LANGUAGE": "zh-hans"}


@pytest.fixture
def version(ward):
    return version_of(ward.house, slug=SLUG)


@pytest.fixture
def refused(ward, version):
    inputs = snapshot_of(version, **TENFOLD)
    grounds = likeness.of_row(artifact_of(SLUG), inputs)
    return PredictionFactory(
        version=version, patient=ward.patient, requested_by=ward.doctor,
        inputs=written_snapshot(inputs),
        state=Job.State.REFUSED, refusal=Refusal(tuple(grounds)).to_dict(),
        result=None, headline=None,
    )  # fmt: skip


@pytest.mark.parametrize("part", ["", "print/"])
def test_page_and_paper_say_which_values_and_what_to_do(ward, refused, part):
    text = text_of(ward.as_doctor.get(f"/predictions/{refused.pk}/{part}"))

    assert "Not scored" in text
    assert "unlike those of the patients from whom the model learnt" in text
    assert "Free lambda light chains (19 mg/dL)" in text
    assert "Check these values and their units." in text


@pytest.mark.parametrize("part", ["", "print/"])
def test_the_same_in_chinese(ward, refused, part):
    text = text_of(ward.as_doctor.get(f"/predictions/{refused.pk}/{part}", **CHINESE))

    assert "不相似" in text
    assert "（19 mg/dL）" in text
    assert "unlike" not in text


def test_the_paper_of_a_run_without_an_end_does_not_exist(ward, version):
    queued = PredictionFactory(version=version, patient=ward.patient, state=Job.State.QUEUED)

    assert ward.as_doctor.get(f"/predictions/{queued.pk}/print/").status_code == 404


def pages_of(version) -> list[str]:
    return [f"/versions/{version.pk}/", f"/services/{version.service.slug}/"]


def test_the_card_shows_threshold_share_and_what_is_caught(ward, version):
    reader = ward.client_for(reviewer_at(ward.house))
    measure = version.manifest["novelty"]
    for page in pages_of(version):
        text = text_of(reader.get(page))

        assert f"Threshold: {measure['threshold']:.2f}." in text
        assert f"{100 * measure['refused']['value']:.1f} % of {measure['rows']}" in text
        assert "All values of one unit ten times too large" in text


def test_every_kind_of_mistake_has_its_words():
    kinds = {
        planted["kind"]
        for slug in ("coronary-disease", "diabetes-onset", "pbc-prognosis", SLUG, "breast-mass")
        for planted in artifact_of(slug).manifest["novelty"]["planted"]
    }
    assert kinds == set(MISTAKES)


def test_a_version_without_the_measure_says_so(ward, version):
    manifest = {k: v for k, v in version.manifest.items() if k != "novelty"}
    ModelVersion.objects.filter(pk=version.pk).update(manifest=json.loads(json.dumps(manifest)))
    reader = ward.client_for(reviewer_at(ward.house))
    for page in pages_of(version):
        text = text_of(reader.get(page))

        assert "holds no measure of unlikeness" in text
        assert "ten times too large" not in text
