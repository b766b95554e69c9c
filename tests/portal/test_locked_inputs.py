"""What was, and what was given for it, is never tried out as if it were an effect."""

from __future__ import annotations

import copy
from types import SimpleNamespace

import pytest
from django.utils import timezone

from diagnosis.inference.further.what_if import why_locked
from diagnosis.inference.scoring import next_measurement
from diagnosis.inference.snapshot import inputs
from diagnosis.inference.stored.entry import Entry
from diagnosis.ml.schema import Feature
from diagnosis.registry.models import ModelVersion
from diagnosis.registry.versions import manifests
from diagnosis.registry.versions.manifests import Told
from medportal.common.errors import DomainError
from tests import runnable
from tests.factories import service_data, with_sheet
from tests.pages import drawn
from tests.portal.test_tryout import address, moved

HISTORY = {"en": "History", "zh-Hans": "病史"}
OTHER_WORDS = {"en": "Past", "zh-Hans": "既往"}
MEASURED = Entry(value=1, unit=None, converted=1.0, status="current")


def feature(name="a", **fields):
    return Feature(name, {"en": name, "zh-Hans": name}, **fields)


@pytest.mark.parametrize(("given", "why"), [
    ({"role": "treatment"}, "treatment"),
    ({"role": "history"}, "history"),
    ({"role": "history", "family": OTHER_WORDS}, "history"),
    ({"family": HISTORY}, ""),  # a label alone says nothing any more
    ({}, ""),
])  # fmt: skip
def test_the_role_locks_and_no_label_does(given, why):
    assert why_locked(feature(**given), MEASURED, frozenset()) == why


def test_a_treatment_stays_locked_for_whoever_doubts_and_where_it_is_missing():
    given = feature(role="treatment")

    for entry in (MEASURED, Entry(status="missing")):
        assert why_locked(given, entry, frozenset({"a"}), doubts=True) == "treatment"


def test_a_schema_of_before_says_by_its_label_what_it_meant():
    old = {"name": "a", "label": HISTORY, "family": HISTORY}

    assert Feature.from_dict(old).role == "history"
    assert Feature.from_dict({**old, "family": OTHER_WORDS}).role is None
    assert Feature.from_dict({**old, "modifiable": True}).role is None


@pytest.fixture
def ward(db):
    inputs._schemas.clear()
    yield runnable.ward()
    inputs._schemas.clear()


def with_treatment(version, name):
    """The version as if one of its inputs were a treatment."""
    manifest = copy.deepcopy(version.manifest)
    next(one for one in manifest["schema"]["features"] if one["name"] == name)["role"] = "treatment"
    ModelVersion.objects.filter(pk=version.pk).update(manifest=manifest)
    inputs._schemas.clear()
    return manifest


def test_a_treatment_is_not_tried_out_whatever_is_sent(ward, client_for):
    run, doctor = ward.run(), client_for(ward.doctor)
    with_treatment(run.version, "cholesterol")

    page = drawn(doctor.get(address(run, doubts=True)))

    assert "value_cholesterol" not in page
    assert "is not the effect of treatment" in page
    assert "nothing is changed yet" in drawn(moved(doctor, run, cholesterol="300"))


def test_measuring_next_never_proposes_a_treatment():
    listed = [feature("given", role="treatment"), feature("asked", role="treatment", required=True)]
    listed.append(feature("measured"))

    found = next_measurement._sought(SimpleNamespace(schema=listed), {}, timezone.now())

    assert [listed[one.column].name for one, _reason in found] == ["asked", "measured"]


def test_model_and_service_agree_on_what_is_a_treatment(ward):
    schema = copy.deepcopy(service_data("coronary-disease", "schema"))
    one = next(found for found in schema["features"] if found["name"] == "cholesterol")
    one.pop("modifiable", None)
    one["role"] = "treatment"
    service = with_sheet(ward.service, schema=schema)

    with pytest.raises(DomainError) as refused:
        manifests.check(Told.from_dict(ward.version.manifest), service)
    assert "/schema/features/cholesterol" in [found.pointer for found in refused.value.pointers]

    manifests.check(Told.from_dict(with_treatment(ward.version, "cholesterol")), service)
