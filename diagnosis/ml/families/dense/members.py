"""Fitting networks: inner folds decide when to stop and calibrate, all folds at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import keras
import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.evaluation import folds
from diagnosis.ml.families import calibration
from diagnosis.ml.families.dense.batch import Batch
from diagnosis.ml.families.pipeline import Fitted, Layers, Sample, preprocess
from diagnosis.ml.families.preprocessing import Preprocessor, hide
from diagnosis.ml.recipe import Recipe
from diagnosis.ml.results import result_kind

Array = NDArray[np.float64]
Index = NDArray[np.int64]

INNER_FOLDS = 3
PATIENCE = 20
CLASSIC_EPOCHS, CLASSIC_ROWS = 10, 32
_MOST_CELLS = 6e7  # of the design matrices kept at once


@dataclass
class _Member:
    """One network to train: what it learns from, and what came of it."""

    shaped: Preprocessor
    z: Array
    y: Array
    weights: Array
    epochs: int
    layers: Layers = ()


@dataclass
class _Set:
    """The rows one model may learn from, its inner members and the best moment so far."""

    rows: Index
    sample: Sample
    centre: Array
    spread: Array
    fold: Index
    best: float = np.inf
    epoch: int = 0
    held_out: Array = field(default_factory=lambda: np.zeros((0, 0)))


def _settings(recipe: Recipe, rows: float) -> tuple[float, float, int]:
    """Return learning rate, decay and mini-batch for members that learn from so many rows."""
    if recipe.model == "classic":
        return 1e-3, 0.0, CLASSIC_ROWS
    # A decay of 3 / rows is a ridge penalty of 3 on the summed loss.
    return 3e-3, 3.0 / rows, int(np.clip(rows / 12, 32, 512))


def _train(recipe: Recipe, members: list[_Member], kind: str, seed: int) -> None:
    """Train members to their epochs and keep their weights of that moment."""
    for group in _grouped(members):
        batch, share = _batch(recipe, group, kind)
        rate, decay, size = _settings(recipe, share * batch.rows)

        def watch(epoch: int, _: Array, group: list[_Member] = group, batch: Batch = batch) -> bool:
            for i, member in enumerate(group):
                if member.epochs == epoch:
                    member.layers = batch.layers_of(i)
            return False

        most = max(member.epochs for member in group)
        size = int(np.ceil(size / share))
        batch.fit(rate=rate, decay=decay, rows_a_step=size, seed=seed, epochs=most, watch=watch)


def _grouped(members: list[_Member]) -> list[list[_Member]]:
    size = max(1, int(_MOST_CELLS / members[0].z.size))
    return [members[i : i + size] for i in range(0, len(members), size)]


def _batch(recipe: Recipe, group: Sequence[_Member], kind: str) -> tuple[Batch, float]:
    """Return the members as one batch, and the share of rows that one of them learns from."""
    weights = np.stack([member.weights for member in group])
    z, y = np.stack([member.z for member in group]), np.stack([member.y for member in group])
    return Batch(z, y, weights, recipe.layers, kind), float((weights > 0).mean())


def _set(recipe: Recipe, sample: Sample, rows: Index, seed: int) -> _Set:
    if recipe.hide:
        x = hide(sample.x, sample.features, recipe.hide, seed)
        sample = replace(sample, x=x)
    centre, spread = result_kind(sample.kind).standard(sample.y[rows])
    scaled = replace(sample, y=(sample.y - centre) / spread)
    groups = None if sample.groups is None else sample.groups[rows]
    fold = folds.assign(sample.y[rows], INNER_FOLDS, seed, groups)
    return _Set(rows, scaled, centre, spread, fold)


def _member(
    recipe: Recipe, sample: Sample, rows: Index, epochs: int, like: Preprocessor | None = None
) -> _Member:
    shaped = preprocess(recipe, sample.take(rows), like)
    weights = np.bincount(rows, minlength=len(sample)).astype(np.float64)
    return _Member(shaped, shaped.transform(sample.x), sample.y, weights, epochs)


def _tune(recipe: Recipe, sets: Sequence[_Set], kind: str) -> None:
    """Train the inner members of some sets; find each set's best epoch and held-out logits."""
    members = [
        _member(recipe, one.sample, one.rows[one.fold != k], recipe.epochs)
        for one in sets
        for k in range(INNER_FOLDS)
    ]
    batch, share = _batch(recipe, members, kind)
    rate, decay, size = _settings(recipe, share * batch.rows)
    classic, result = recipe.model == "classic", result_kind(kind)

    def watch(epoch: int, logits: Array) -> bool:
        for i, one in enumerate(sets):
            own = logits[i * INNER_FOLDS : (i + 1) * INNER_FOLDS]
            held = own[one.fold, one.rows]
            cost = float(result.loss(one.sample.y[one.rows], held).mean())
            if cost < one.best or classic:
                one.best, one.epoch, one.held_out = cost, epoch, held
        return not classic and all(epoch - one.epoch >= PATIENCE for one in sets)

    most = CLASSIC_EPOCHS if classic else recipe.epochs
    size = int(np.ceil(size / share))
    batch.fit(rate=rate, decay=decay, rows_a_step=size, seed=recipe.seed, epochs=most, watch=watch)


def fit_many(recipe: Recipe, sample: Sample, row_sets: Sequence[Index]) -> list[Fitted]:
    """Fit one network on each set of rows, calibrated on inner folds.

    Three inner folds say after which epoch each network stops (``classic``: after ten), and
    their held-out logits fit its calibrator; it is then trained on all its rows for as long.
    """
    sets = [_set(recipe, sample, rows, recipe.seed + i) for i, rows in enumerate(row_sets)]
    columns = sum(max(1, len(feature.codes)) for feature in sample.features)
    size = max(1, int(_MOST_CELLS / (INNER_FOLDS * len(sample) * columns)))
    for i in range(0, len(sets), size):
        _tune(recipe, sets[i : i + size], sample.kind)
    members = [_member(recipe, one.sample, one.rows, one.epoch) for one in sets]
    _train(recipe, members, sample.kind, recipe.seed)
    return [
        _fitted(recipe, one, member, sample.kind) for one, member in zip(sets, members, strict=True)
    ]


def _fitted(recipe: Recipe, one: _Set, member: _Member, kind: str) -> Fitted:
    how = result_kind(kind).calibration(recipe.calibration)
    calibrator = calibration.fit(how, kind, one.held_out, one.sample.y[one.rows])
    layers = _rescaled(member.layers, one.centre, one.spread)
    return Fitted(member.shaped, layers, kind, calibrator, {"epochs": one.epoch})


def _rescaled(layers: Layers, centre: Array, spread: Array) -> Layers:
    """Undo the standardisation of the target in the last layer."""
    weights, bias = layers[-1]
    return (*layers[:-1], (weights * spread, bias * spread + centre))


def fit_one(recipe: Recipe, sample: Sample) -> Fitted:
    """Fit the shipped network; ``classic`` by Keras' own ``fit``."""
    (fitted,) = fit_many(recipe, sample, [np.arange(len(sample))])
    return _by_keras(recipe, sample, fitted) if recipe.model == "classic" else fitted


def _by_keras(recipe: Recipe, sample: Sample, fitted: Fitted) -> Fitted:
    """Train the classic network as one writes it: compile, ten epochs, batches of 32."""
    keras.utils.set_random_seed(recipe.seed)
    one = _set(recipe, sample, np.arange(len(sample)), recipe.seed)
    shape = (len(fitted.preprocessor.columns_),)
    stack = [keras.layers.Dense(units, "relu") for units in recipe.layers]
    head = result_kind(sample.kind).head
    last = keras.layers.Dense(_width(one), head.activation)
    model = keras.Sequential([keras.Input(shape), *stack, last])
    model.compile(optimizer="adam", loss=head.loss)
    z = fitted.preprocessor.transform(one.sample.x).astype(np.float32)
    y = np.nan_to_num(one.sample.y).astype(np.float32)
    model.fit(z, y, epochs=CLASSIC_EPOCHS, batch_size=CLASSIC_ROWS, verbose=0)
    layers = tuple(
        (kernel.astype(np.float64), bias.astype(np.float64))
        for kernel, bias in (layer.get_weights() for layer in model.layers)
    )
    return replace(fitted, layers=_rescaled(layers, one.centre, one.spread))


def _width(one: _Set) -> int:
    return int(one.sample.y.shape[1])


def fit_resamples(
    recipe: Recipe, sample: Sample, draws: Sequence[Index], fitted: Fitted
) -> list[Fitted]:
    """Refit a network on bootstrap resamples, for as many epochs as the shipped one.

    The calibrator of each refit is fitted on the rows that its resample left out.
    """
    sets = [_set(recipe, sample, rows, recipe.seed + i) for i, rows in enumerate(draws)]
    epochs = int(fitted.facts["epochs"])
    members = [_member(recipe, one.sample, one.rows, epochs, fitted.preprocessor) for one in sets]
    _train(recipe, members, sample.kind, recipe.seed + 1)
    return [
        _left_out(recipe, sample, one, member) for one, member in zip(sets, members, strict=True)
    ]


def _left_out(recipe: Recipe, sample: Sample, one: _Set, member: _Member) -> Fitted:
    out = np.setdiff1d(np.arange(len(sample)), one.rows)
    layers = _rescaled(member.layers, one.centre, one.spread)
    fitted = Fitted(member.shaped, layers, sample.kind)
    how = result_kind(sample.kind).calibration(recipe.calibration)
    raw = fitted.raw_logits(sample.x[out])
    return replace(fitted, calibrator=calibration.fit(how, sample.kind, raw, sample.y[out]))
