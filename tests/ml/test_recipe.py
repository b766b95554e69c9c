"""Recipes: JSON, a digest, and clear refusals."""

from __future__ import annotations

import json

import pytest

from diagnosis.ml import Recipe, RecipeError


def test_a_recipe_survives_json() -> None:
    recipe = Recipe(target=("a", "b"), hide={"density": 0.1}, hidden=(32, 16), seed=3)
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_equal_recipes_have_equal_digests_whatever_the_order() -> None:
    one = Recipe(target="y", hide={"a": 0.1, "b": 0.2})
    other = Recipe(target="y", hide={"b": 0.2, "a": 0.1})
    assert one.digest == other.digest
    assert len({one, other}) == 1


def test_another_seed_is_another_recipe() -> None:
    assert Recipe(target="y").digest != Recipe(target="y", seed=1).digest


@pytest.mark.parametrize(
    "wrong",
    [
        {"model": "forest"},
        {"task": "ranking"},
        {"calibration": "magic"},
        {"hide": {"a": 1.0}},
        {"folds": 1},
        {"refits": -1},
        {"hidden": (0,)},
        {"colour": "red"},
        {"folds": "five"},
        {"hide": [1]},
    ],
)
def test_a_recipe_that_can_not_be_done_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(RecipeError, match="Recipe"):
        Recipe.from_dict({"target": "y", **wrong})


def test_a_recipe_without_a_target_says_so() -> None:
    with pytest.raises(RecipeError, match="target"):
        _ = Recipe().targets
