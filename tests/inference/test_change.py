"""What changed between two results adds up, exactly, and says whose doing it was."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import numpy as np
import pytest
from django.utils import timezone

from diagnosis.inference.further import over_time
from diagnosis.inference.further.change import change_between
from diagnosis.inference.scoring import noise
from diagnosis.ml import FeatureSchema
from diagnosis.records.models import Observation
from diagnosis.registry.models import ModelVersion
from diagnosis.registry.versions import store
from tests.portal.results import artifact_of
from tests.runnable import Ward, again, ward

pytestmark = pytest.mark.django_db
POPULATION = ("population-understood",)


@pytest.fixture
def sugar(db) -> Ward:
    return ward("diabetes-onset")


def changed(sugar: Ward, **values: float):
    codes = {"glucose_2h": "1518-0", "bmi": "39156-5"}
    for name, value in values.items():
        rows = Observation.unscoped.filter(patient=sugar.patient, code=codes[name])
        rows.update(value_number=value)


@pytest.fixture
def two(sugar):
    before = sugar.run(confirmations=POPULATION)
    changed(sugar, glucose_2h=185.0, bmi=29.0)
    return before, sugar.run()


def test_the_parts_add_up_to_the_difference_exactly(two):
    before, now = two

    change = change_between(before, now)

    total = sum(part.contribution for part in change.parts)
    assert change.is_exact
    assert total == pytest.approx(now.headline - before.headline, abs=1e-6)
    assert change.gap < 1e-6
    assert {part.feature for part in change.moved} == {"glucose_2h", "bmi"}


def test_what_did_not_change_contributes_nothing(two):
    change = change_between(*two)

    assert {part.contribution for part in change.parts if not part.changed} == {0.0}


def test_each_part_is_the_mean_over_all_orders_of_changing(two, sugar):
    before, now = two
    artifact = store.load_artifact(sugar.version)
    names = ("glucose_2h", "bmi")
    gained = dict.fromkeys(names, 0.0)
    for order in permutations(names):
        row = {name: entry["converted"] for name, entry in before.inputs.items()}
        value = float(artifact.predict([row])[0])
        for name in order:
            row[name] = now.inputs[name]["converted"]
            after = float(artifact.predict([row])[0])
            gained[name] += (after - value) / 2
            value = after

    change = change_between(before, now)

    found = {part.feature: part.contribution for part in change.moved}
    assert found == pytest.approx(gained, abs=1e-6)


def test_backwards_it_is_the_same_with_the_other_sign(two):
    before, now = two
    there, back = change_between(before, now), change_between(now, before)

    assert {p.feature: p.contribution for p in there.parts} == pytest.approx(
        {p.feature: -p.contribution for p in back.parts}, abs=1e-6
    )


def test_the_same_inputs_change_nothing(sugar):
    first, second = sugar.run(confirmations=POPULATION), sugar.run()

    change = change_between(first, second)

    assert (change.reason, change.moved) == ("", [])


def test_another_version_is_asked_for_both_and_its_own_part_stands_apart(two, sugar):
    before, now = two
    second = _published_again(sugar)
    type(now).unscoped.filter(pk=before.pk).update(version=second, headline=before.headline - 0.1)
    older = again(before)

    change = change_between(older, now)

    total = change.of_version + sum(part.contribution for part in change.parts)
    assert not change.same_version
    assert change.of_version == pytest.approx(0.1, abs=1e-6)
    assert older.headline + total == pytest.approx(now.headline, abs=1e-6)


def _published_again(sugar: Ward) -> ModelVersion:
    """A second version of the service, made from the same artifact."""
    version = ModelVersion.objects.get(pk=sugar.version.pk)
    version.pk, version.number = None, 2
    version.state = ModelVersion.State.RETIRED
    version._state.adding = True
    version.save()
    return version


def test_units_of_another_version_are_converted_not_mistaken(two, sugar):
    """An older version counted glucose in mmol/L: 151 mg/dL stood there as 8.38."""
    before, now = two
    second = _published_again(sugar)
    features = second.manifest["schema"]["features"]
    glucose = next(f for f in features if f["name"] == "glucose_2h")
    glucose["unit"], glucose["conversions"] = "mmol/L", {"mg/dL": 1 / 18.016}
    second.digest = "0" * 64
    second.save()
    old = FeatureSchema.from_dict(second.manifest["schema"])["glucose_2h"]
    before.inputs["glucose_2h"]["converted"] = old.convert(151.0, "mg/dL")
    before.version = second
    before.save()

    change = change_between(again(before), now)

    assert change.reason == ""
    assert change.of_version == pytest.approx(0.0, abs=1e-3)
    part = next(part for part in change.parts if part.feature == "glucose_2h")
    assert part.was == pytest.approx(151.0, abs=0.1)


def test_what_the_kept_inputs_do_not_give_again_is_not_taken_apart(two):
    before, now = two
    now.headline += 0.01

    assert change_between(before, now).reason == "not_reproduced"


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("stopped", ""),
        ("retired", ""),
        ("recalled", "version_withdrawn"),
        ("draft", "version_withdrawn"),
    ],
)
def test_only_a_version_that_was_published_and_not_recalled_is_run(two, state, reason):
    before, now = two
    for one in (before, now):
        one.version.state = state

    assert change_between(before, now).reason == reason


def test_an_unreadable_artifact_says_so(two, monkeypatch):
    before, now = two
    monkeypatch.setattr(now.version, "digest", "f" * 64)

    assert change_between(before, now).reason == "unreadable"


def test_results_stand_in_the_order_of_their_data_without_simulations(sugar):
    at = timezone.now() - timedelta(hours=1)
    late = sugar.run(confirmations=POPULATION)
    early = sugar.run(index_at=at)
    sugar.run(origin="what_if", inputs={"glucose_2h": 120})
    wrong = sugar.run()
    type(wrong).unscoped.filter(pk=wrong.pk).update(state="entered-in-error")

    found = over_time.results_over_time(sugar.doctor, sugar.patient, sugar.service)

    assert [one.pk for one in found] == [early.pk, late.pk]


def test_the_last_two_are_chosen_unless_somebody_chooses(sugar):
    first, second, third = [sugar.run(confirmations=POPULATION) for _ in range(3)]
    rows = [first, second, third]

    assert over_time.chosen_two(rows, None, None) == (second, third)
    assert over_time.chosen_two(rows, str(first.pk), None) == (first, third)
    assert over_time.chosen_two(rows, str(third.pk), str(first.pk)) == (first, third)
    assert over_time.chosen_two(rows, str(first.pk), str(first.pk))[0] == first
    assert over_time.chosen_two([first], None, None) is None
    with pytest.raises(LookupError):
        over_time.chosen_two(rows, "nobody", None)


def test_nothing_is_stored_by_looking(two):
    before, now = two
    kept = [again(one).result for one in two]

    change_between(before, now)

    assert [again(one).result for one in two] == kept
    assert np.isfinite(now.headline)


def test_a_change_within_the_error_of_its_measurement_is_named_as_such(sugar):
    before = sugar.run(confirmations=POPULATION)
    first = before.inputs["glucose_2h"]["converted"]
    changed(sugar, glucose_2h=first + 6.0)  # one step is 10 mg/dL

    change = change_between(before, sugar.run())

    (part,) = change.moved
    assert part.within_error
    assert 0 < abs(change.of_patient) <= change.error
    assert change.is_within_error


def test_what_changed_by_more_than_its_error_is_told_however_little_it_did_in_sum(two):
    change = change_between(*two)

    assert not any(part.within_error for part in change.moved)
    assert change.error > abs(change.of_patient) > 0
    assert not change.is_within_error


def test_one_and_the_same_measurement_has_no_error_against_itself(sugar):
    first, second = sugar.run(confirmations=POPULATION), sugar.run()

    assert change_between(first, second).error == 0


def test_of_patients_who_did_not_change_ninety_five_in_a_hundred_are_called_noise():
    """Known truth: every value is measured twice, each time with the error of its feature."""
    artifact = artifact_of("pbc-prognosis")
    rng = np.random.default_rng(0)
    steps = np.array([feature.step or 0.0 for feature in artifact.schema], dtype=np.float32)
    names = [feature.name for feature in artifact.schema if feature.step]
    known = artifact.background[~np.isnan(artifact.background).any(axis=1)]
    true = np.tile(known, (3, 1))
    pairs = true[None] + rng.normal(size=(2, *true.shape)) * steps
    then, now = pairs.astype(np.float32)
    moved = artifact.predict_matrix(now) - artifact.predict_matrix(then)

    quiet = [
        abs(moved[i]) <= noise.of_result(artifact, then[i : i + 1], now[i : i + 1], names)
        for i in range(len(true))
    ]
    each = [
        noise.is_within_error(feature, then[i, j], now[i, j])
        for j, feature in enumerate(artifact.schema)
        if feature.step
        for i in range(len(true))
    ]

    assert 0.93 <= np.mean(quiet) <= 0.98
    assert 0.93 <= np.mean(each) <= 0.97


def test_a_category_or_an_age_is_never_noise():
    schema = artifact_of("pbc-prognosis").schema

    assert not noise.is_within_error(schema["age"], 56.0, 56.1)
    assert not noise.is_within_error(schema["oedema"], 0.0, 1.0)
    assert not noise.is_within_error(schema["bilirubin"], np.nan, 1.2)
