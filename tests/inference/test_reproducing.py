"""Every number can be made again from what was kept with it."""

from __future__ import annotations

import pytest

from diagnosis.inference.models import Prediction
from diagnosis.inference.scoring.reproducing import reproduce
from diagnosis.registry.models import ModelVersion
from tests.runnable import Ward, again, ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def heart(db) -> Ward:
    return ward()


def test_the_stored_inputs_give_the_stored_number_again(heart):
    found = reproduce(heart.run())

    assert found.is_exact
    assert found.digest == heart.version.digest


def test_a_retired_version_still_reproduces(heart):
    done = heart.run()
    ModelVersion.objects.filter(pk=heart.version.pk).update(state="retired")

    assert reproduce(again(done)).is_exact


def test_a_number_that_was_changed_afterwards_is_noticed(heart):
    done = heart.run()
    Prediction.unscoped.filter(pk=done.pk).update(headline=done.headline + 0.01)

    assert not reproduce(again(done)).is_same


def test_a_recalled_version_is_not_run_any_more(heart):
    done = heart.run()
    ModelVersion.objects.filter(pk=heart.version.pk).update(state="recalled")

    assert reproduce(again(done)).reason == "version_withdrawn"


def test_a_refusal_has_no_number_to_reproduce(heart):
    refused = heart.run(inputs={"cholesterol": 720})

    assert reproduce(refused).reason == "no_result"
