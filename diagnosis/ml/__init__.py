"""The machine-learning library: from raw clinical values to a calibrated result.

It knows no web framework. Importing it, loading an artifact, predicting and explaining import
no TensorFlow; only ``train``, export and ``Artifact.keras_model`` do, when they are called.
"""

from typing import TYPE_CHECKING, Any

from diagnosis.ml.artifact import Artifact
from diagnosis.ml.errors import (
    ArtifactError,
    MLError,
    RecipeError,
    SchemaError,
    TableError,
    TaskError,
    UnitError,
)
from diagnosis.ml.recipe import Recipe
from diagnosis.ml.schema import Category, Feature, FeatureSchema, Finding, Source, Suggestion

if TYPE_CHECKING:
    from diagnosis.ml.learning.training import train
    from diagnosis.ml.learning.validation import OutOfFold, evaluate_recipe

# Training needs pandas and more: loaded when it is asked for, never in a prediction worker.
_LATER = {
    "train": "diagnosis.ml.learning.training",
    "evaluate_recipe": "diagnosis.ml.learning.validation",
    "OutOfFold": "diagnosis.ml.learning.validation",
}

__all__ = [
    "Artifact",
    "ArtifactError",
    "Category",
    "Feature",
    "FeatureSchema",
    "Finding",
    "MLError",
    "OutOfFold",
    "Recipe",
    "RecipeError",
    "SchemaError",
    "Source",
    "Suggestion",
    "TableError",
    "TaskError",
    "UnitError",
    "evaluate_recipe",
    "train",
]


def __getattr__(name: str) -> Any:
    """Import the training side at first use."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_LATER[name]), name)
