"""What each model is measured against, on the same rows and folds as the model itself."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagnosis.ml.evaluation import fit_logistic, formula_probability
from diagnosis.ml.learning.problem import pose
from diagnosis.ml.learning.validation import OutOfFold, cross_validate
from diagnosis.ml.recipe import Recipe
from diagnosis.ml.schema import FeatureSchema
from medportal.demo.build.plans import TARGET, Block, Term

Array = NDArray[np.float64]
Predictor = Callable[[pd.DataFrame], Array]
Fitter = Callable[[pd.DataFrame, Array, Array], Predictor]  # inputs, label, weights


def on_the_folds(fitter: Fitter, frame: pd.DataFrame, measured: OutOfFold, weights: Array) -> Array:
    """Return (n, repeats): a rival's probabilities for rows that it had not seen."""
    inputs, label = frame.drop(columns=TARGET), frame[TARGET].to_numpy(dtype=np.float64)
    out = np.zeros((len(frame), measured.repeats))
    for repeat, fold in enumerate(measured.folds):
        for k in np.unique(fold):
            inside, outside = fold != k, fold == k
            predict = fitter(inputs[inside], label[inside], weights[inside])
            out[outside, repeat] = predict(inputs[outside])
    return out


# Simple scores


def _term_column(term: Term, inputs: pd.DataFrame) -> Array:
    total = inputs[list(term.features)].sum(axis=1).to_numpy(dtype=np.float64)
    if term.transform == "equals":
        return np.asarray(term.weight * (total == term.value))
    return np.asarray(term.weight * (np.log(total) if term.transform == "log" else total))


def _columns(blocks: Sequence[Block], inputs: pd.DataFrame) -> Array:
    sums = [np.sum([_term_column(term, inputs) for term in block], axis=0) for block in blocks]
    return np.column_stack(sums)


def fitted_formula(
    blocks: Sequence[Block], inputs: pd.DataFrame, label: Array, weights: Array
) -> dict[str, Any]:
    """Return a simple score as a formula that pages can compute; missing inputs count as usual."""
    filled = inputs.fillna(inputs.median())
    intercept, *slopes = fit_logistic(_columns(blocks, filled), label, weights)
    return {
        "intercept": float(intercept),
        "terms": [
            _written(term, float(slope))
            for block, slope in zip(blocks, slopes, strict=True)
            for term in block
        ],
    }


def _written(term: Term, slope: float) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "features": list(term.features),
        "transform": term.transform,
        "weight": term.weight * slope,
    }
    return entry if term.value is None else entry | {"value": term.value}


def simple_score(blocks: Sequence[Block]) -> Fitter:
    """Return a rival that is one of the simple scores."""

    def fit(inputs: pd.DataFrame, label: Array, weights: Array) -> Predictor:
        formula = fitted_formula(blocks, inputs, label, weights)
        usual = inputs.median()

        def predict(rows: pd.DataFrame) -> Array:
            filled = rows.fillna(usual)
            values = [
                formula_probability(formula, dict(zip(filled.columns, row, strict=True)))
                for row in filled.to_numpy(dtype=np.float64)
            ]
            return np.array(values, dtype=np.float64)

        return predict

    return fit


# What anybody would try first


def _categories(schema: FeatureSchema) -> list[str]:
    return [feature.name for feature in schema if feature.kind == "category"]


def library_logistic(schema: FeatureSchema) -> Fitter:
    """Return scikit-learn's logistic regression with its defaults, scaled and one-hot."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    named = _categories(schema)
    numbers = [name for name in schema.names if name not in named]

    def fit(inputs: pd.DataFrame, label: Array, weights: Array) -> Predictor:
        words = make_pipeline(
            SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")
        )
        figures = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
        shaped = ColumnTransformer([("words", words, named), ("figures", figures, numbers)])
        model = make_pipeline(shaped, LogisticRegression(max_iter=2000))
        model.fit(inputs, label, logisticregression__sample_weight=weights)
        return lambda rows: np.asarray(model.predict_proba(rows)[:, 1])

    return fit


def boosting(schema: FeatureSchema) -> Fitter:
    """Return gradient boosting: small trees and a slow rate, which small tables need."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    mask = [name in _categories(schema) for name in schema.names]

    def fit(inputs: pd.DataFrame, label: Array, weights: Array) -> Predictor:
        model = HistGradientBoostingClassifier(
            learning_rate=0.05, max_leaf_nodes=8, categorical_features=mask, random_state=0
        )
        model.fit(inputs.to_numpy(dtype=np.float64), label, sample_weight=weights)
        return lambda rows: np.asarray(model.predict_proba(rows.to_numpy(dtype=np.float64))[:, 1])

    return fit


def unscaled_network() -> Fitter:
    """Return the classic network as it is often run: on raw values, uncalibrated.

    Dense 64-32-16-1, relu, Adam, cross-entropy, 10 epochs, batches of 32.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    def fit(inputs: pd.DataFrame, label: Array, weights: Array) -> Predictor:  # noqa: ARG001  # sklearn's takes none that counts here
        usual = inputs.median()
        model = MLPClassifier((64, 32, 16), batch_size=32, max_iter=10, alpha=0.0, random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # ten epochs are the point
            model.fit(inputs.fillna(usual).to_numpy(), label)
        return lambda rows: np.asarray(model.predict_proba(rows.fillna(usual).to_numpy())[:, 1])

    return fit


def classic_network(recipe: Recipe, frame: pd.DataFrame, schema: FeatureSchema) -> Array:
    """Return (n, repeats) of the classic network inside the library's own frame.

    Inputs are scaled, the last layer calibrates; the folds are those of the model.
    """
    problem = pose(replace(recipe, model="classic"), frame, schema)
    return cross_validate(problem.recipe, problem).probabilities
