"""What a version's model looks at, on its page: importance, dependence, pairs."""

from __future__ import annotations

import pytest

from diagnosis.portal.charts.dependence import Bin, dependence, round_reach
from diagnosis.portal.version.model_looks import looks
from diagnosis.registry.models import ModelVersion
from tests.factories import reviewer_at
from tests.portal.results import artifact_of, version_of
from tests.portal.test_result import text_of

SLUG = "pbc-prognosis"
CHINESE = {"HTTP_ACCEPT_LANGUAGE": "zh-hans"}


@pytest.fixture
def version(ward):
    return version_of(ward.house, slug=SLUG)


@pytest.fixture
def reader(ward):
    return ward.client_for(reviewer_at(ward.house))


def page_of(reader, version, **headers):
    return text_of(reader.get(f"/versions/{version.pk}/", **headers))


def test_importance_stands_in_points_with_its_interval(reader, version):
    text = page_of(reader, version)
    first = version.manifest["explanations"]["importance"][0]

    assert first["feature"] == "bilirubin"
    mean, low, high = (f"{100 * first[name]:.1f}" for name in ("mean", "lower", "upper"))
    assert f"bilirubin {mean} {low}–{high}" in text
    assert "What the model looks at; not what causes the disease." in text
    assert "over 300 patients of the training data, each against 100 of them" in text


def test_the_fall_of_the_auroc_stands_beside_it(reader, version):
    assert "Fall of the AUROC when shuffled" in page_of(reader, version)
    fall = version.manifest["importance"]["bilirubin"]
    assert looks(version.manifest).importance[0].fall == f"{fall:.3f}"


def test_numbers_have_a_picture_with_unit_and_every_input_its_figures(version):
    shown = looks(version.manifest)

    by_label = {one.label: one for one in shown.dependence}
    bilirubin = next(one for label, one in by_label.items() if "bilirubin" in label)
    assert bilirubin.picture is not None
    assert bilirubin.unit == "mg/dL"
    oedema = next(one for label, one in by_label.items() if label == "Oedema")
    assert oedema.picture is None  # words, not positions on an axis
    assert all(one.rows for one in shown.dependence)
    for one in shown.dependence:
        assert sum(row.n for row in one.rows) == shown.rows


def test_a_group_of_few_patients_shows_only_its_number(version):
    manifest = {**version.manifest}
    few = {"value": 0.4, "n": 3}
    told = [{**d, "bins": [few, *d["bins"][1:]]} for d in manifest["explanations"]["dependence"]]
    manifest["explanations"] = {**manifest["explanations"], "dependence": told}

    row = looks(manifest).dependence[0].rows[0]

    assert (row.n, row.points, row.whisker) == (3, "", None)


def test_pairs_that_act_together_are_named(reader, version):
    assert "Inputs that act together" in page_of(reader, version)
    assert looks(version.manifest).pairs


def test_the_same_in_chinese(reader, version):
    text = page_of(reader, version, **CHINESE)

    assert "模型看重什么" in text
    assert "What the model looks at" not in text
    assert "exact" not in text[text.index("模型看重什么") : text.index("模型的构成")]


def test_a_version_that_does_not_say_says_so(reader, version):
    manifest = {k: v for k, v in version.manifest.items() if k != "explanations"}
    ModelVersion.objects.filter(pk=version.pk).update(manifest=manifest)

    assert "does not say what the model looks at" in page_of(reader, version)


@pytest.mark.parametrize("slug", ["coronary-disease", "diabetes-onset", "flc-mortality"])
def test_every_shipped_model_can_be_shown(slug):
    manifest = artifact_of(slug).manifest
    assert len(looks(manifest).importance) == len(manifest["schema"]["features"])


def bins(*values, **changed):
    return [
        Bin(**{"value": v, "n": 10, "mean": 1.0, "lower": 0.0, "upper": 2.0, **changed})
        for v in values
    ]


def test_a_stretched_axis_is_logarithmic_and_an_even_one_is_not():
    even = dependence(bins(1.0, 2.0, 3.0), 10)
    stretched = dependence(bins(1.0, 10.0, 100.0), 10)

    assert even.points[1].x == pytest.approx((even.points[0].x + even.points[2].x) / 2, abs=0.1)
    assert stretched.points[1].x == pytest.approx(even.points[1].x, abs=0.1)
    assert even.missing_x is None


def test_patients_without_a_value_stand_apart():
    picture = dependence(bins(1.0, 2.0, None), 10)

    assert [point.is_missing for point in picture.points] == [False, False, True]
    assert picture.points[2].x > picture.right
    assert picture.line.count("L") == 1


def test_one_value_alone_is_no_picture():
    assert dependence(bins(1.0), 10) is None
    assert dependence(bins(1.0, 2.0, mean=None), 10) is None


@pytest.mark.parametrize(
    ("largest", "reach"),
    [(0.4, 1), (1.2, 2), (2.1, 3), (4.0, 5), (18.0, 20), (33.0, 50), (99.0, 100)],
)
def test_the_scale_ends_at_a_round_number(largest, reach):
    assert round_reach(largest) == reach
