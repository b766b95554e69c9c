"""The machine-learning library: from raw clinical values to a calibrated result.

It knows no web framework. Importing it, loading an artifact, predicting and explaining import
no TensorFlow; only ``train``, export and ``Artifact.keras_model`` do, when they are called.
"""

from diagnosis.ml.errors import (
    ArtifactError,
    MLError,
    RecipeError,
    SchemaError,
    TableError,
    UnitError,
)
from diagnosis.ml.schema import Category, Feature, FeatureSchema, Finding, Source, Suggestion

__all__ = [
    "ArtifactError",
    "Category",
    "Feature",
    "FeatureSchema",
    "Finding",
    "MLError",
    "RecipeError",
    "SchemaError",
    "Source",
    "Suggestion",
    "TableError",
    "UnitError",
]
