"""How a version's model is made, on its page: layers, weights, units that never answer."""

from __future__ import annotations

import re

import pytest

from diagnosis.ml import Artifact
from diagnosis.ml.families import describe, plain
from diagnosis.portal.charts.histogram import histogram
from diagnosis.portal.charts.layers import diagram
from diagnosis.portal.version import model_structure
from diagnosis.portal.words.figures import figures, signed_decimal
from diagnosis.registry import actions
from diagnosis.registry.models import VersionStructure
from tests.factories import (
    OrganisationFactory,
    ServiceFactory,
    VersionStructureFactory,
    data_scientist_at,
    reviewer_at,
)
from tests.pages import drawn
from tests.portal.results import ARTIFACTS, artifact_of
from tests.portal.test_result import text_of

NETWORK = "diabetes-onset-candidate"
CHINESE = {"HTTP_ACCEPT_LANGUAGE": "zh-hans"}


def imported(ward, slug, source=None):
    """A draft that came in as a data scientist brings it."""
    service = ServiceFactory(slug=slug.removesuffix("-candidate"), organisation=ward.house)
    return actions.import_version(
        actor=data_scientist_at(ward.house), service=service, source=source or ARTIFACTS / slug
    )


@pytest.fixture
def network(ward):
    return imported(ward, NETWORK)


@pytest.fixture
def reader(ward):
    return ward.client_for(reviewer_at(ward.house))


def page_of(reader, version, **headers):
    return text_of(reader.get(f"/versions/{version.pk}/", **headers))


def test_the_portal_works_the_structure_out_itself_at_import(network):
    assert network.structure.made_of == describe(artifact_of(NETWORK))


def test_a_network_shows_its_layers_with_shapes_and_learnt_numbers(reader, network):
    text = page_of(reader, network)

    assert "How the model is made" in text
    assert "A neural network with 2 hidden layers (16, 8 units); 310 learnt numbers in all." in text
    for layer in ("7 → 16, 128 learnt numbers", "16 → 8, 136 learnt numbers"):
        assert layer in text
    assert "Each of the 16 units adds up 7 numbers" in text


def test_a_unit_that_never_answers_is_named(reader, network):
    text = page_of(reader, network)

    assert "1 of 8 units (number 6) answers for none of the 100 patients" in text


def test_what_an_input_weighs_is_said_in_log_odds_and_odds(ward, reader):
    version = imported(ward, "coronary-disease")
    page = drawn(reader.get(f"/versions/{version.pk}/"))
    text = text_of(reader.get(f"/versions/{version.pk}/"))

    assert "A logistic regression with 52 learnt numbers in all." in text
    assert re.search(r"Sex female instead of male −1\.43 × 0\.239", text)
    assert "Total cholesterol 1.23 times as much +0.30" in text
    assert "not what causes the disease" in text
    assert "the thin line holds" not in text  # one weight for all: there is no spread
    assert "style=" not in page[page.index("card-structure") :]


def test_the_weights_of_a_network_have_the_middle_half_of_the_patients(reader, network):
    assert re.search(r"\+\d\.\d\d … \+\d\.\d\d", page_of(reader, network))


def test_preprocessing_is_told_in_words(ward, reader):
    text = page_of(reader, imported(ward, "coronary-disease"))

    assert "logarithm; centre 245.9 mg/dL, one step is 1.23 times as much" in text
    assert "Missing values are filled in" in text


def test_the_same_in_chinese(reader, network):
    text = page_of(reader, network, **CHINESE)

    assert "神经网络，2个隐藏层" in text
    assert "8个单元中有1个（第6号）" in text
    assert "How the model is made" not in text


def test_a_version_of_an_older_file_says_what_to_do(ward, reader, tmp_path):
    artifact = artifact_of("coronary-disease")
    files = {name: c for name, c in artifact.files.items() if name != plain.FILE}
    old = Artifact(artifact.manifest, files).save(tmp_path / "old")

    version = imported(ward, "coronary-disease", old)

    assert not VersionStructure.objects.filter(version=version).exists()
    assert "does not hold the model in plain numbers" in page_of(reader, version)


def test_whoever_may_not_see_the_version_does_not_see_its_structure(ward, network):
    assert ward.as_doctor.get(f"/versions/{network.pk}/").status_code == 200
    outsider = ward.client_for(reviewer_at(OrganisationFactory()))
    assert outsider.get(f"/versions/{network.pk}/").status_code == 404


@pytest.mark.parametrize("slug", ["coronary-disease", NETWORK, "pbc-prognosis", "flc-mortality"])
def test_every_spread_has_its_picture_or_is_one_number(slug):
    artifact = artifact_of(slug)
    shown = model_structure.shown(describe(artifact), artifact.manifest)

    spreads = [spread for layer in shown.layers for spread in layer.spreads]
    assert spreads
    assert all(spread.picture is not None or spread.n == 1 for spread in spreads)
    assert all(len(spread.quantiles) == 7 for spread in spreads)


def test_a_histogram_marks_zero_only_where_it_lies_inside():
    assert histogram({"counts": [1, 4], "low": -1.0, "high": 1.0}).zero == 110
    assert histogram({"counts": [1, 4], "low": 1.0, "high": 2.0}).zero is None
    assert histogram({"counts": [5], "low": 1.0, "high": 1.0}) is None


def test_a_diagram_draws_every_unit_and_crosses_out_the_dead():
    picture = diagram([("a", "3", 0, ()), ("b", "3 → 30", 30, (7,)), ("c", "30 → 500", 500, ())])

    first, second, third = picture.boxes
    assert first.units == ()
    assert [unit.is_dead for unit in second.units].count(True) == 1
    assert len(second.units) == 30
    assert third.units == ()  # too many to draw
    assert all(0 < unit.x < picture.width for unit in second.units)
    assert first.y + first.height < second.y
    assert third.is_last
    assert picture.height >= third.y + third.height


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.0, "0"), (1e-9, "0"), (-0.0123456, "−0.0123"), (12.345, "12.3"), (1234.5, "1234"),
     (1.5, "1.5"), (100.0, "100")],
)  # fmt: skip
def test_numbers_have_three_figures_and_no_exponent(value, written):
    assert figures(value) == written


@pytest.mark.parametrize(
    ("value", "written"), [(-0.001, "0.00"), (0.0, "0.00"), (0.394, "+0.39"), (-1.4325, "−1.43")]
)
def test_what_rounds_to_nothing_has_no_sign(value, written):
    assert signed_decimal(value) == written


def test_a_model_without_weights_to_show_has_a_page_all_the_same(ward, reader):
    kept = VersionStructureFactory(version__service__organisation=ward.house)

    assert "How the model is made" in page_of(reader, kept.version)
