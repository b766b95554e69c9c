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
from diagnosis.ml.families.dense.plan import CLASSIC_ROWS, Plan
from diagnosis.ml.families.pipeline import Fitted, Layers, Sample, preprocess
from diagnosis.ml.families.preprocessing import Preprocessor

Array = NDArray[np.float64]
Index = NDArray[np.int64]

INNER_FOLDS = 3
PATIENCE = 20
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
    """The rows one model may learn from, its inner members and the best moment so far.

    ``aims`` are those of all rows of the sample, made alike by ``centre`` and ``spread``.
    """

    rows: Index
    sample: Sample
    aims: Array
    centre: Array
    spread: Array
    fold: Index
    best: float = np.inf
    epoch: int = 0
    held_out: Array = field(default_factory=lambda: np.zeros((0, 0)))


def _train(plan: Plan, members: list[_Member], kind: str, seed: int) -> None:
    """Train members to their epochs and keep their weights of that moment."""
    for group in _grouped(members):
        batch, share = _batch(plan, group, kind)
        rate, decay, size = plan.settings(share * batch.rows)

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


def _batch(plan: Plan, group: Sequence[_Member], kind: str) -> tuple[Batch, float]:
    """Return the members as one batch, and the share of rows that one of them learns from."""
    weights = np.stack([member.weights for member in group])
    z, y = np.stack([member.z for member in group]), np.stack([member.y for member in group])
    return Batch(z, y, weights, plan.layers, kind), float((weights > 0).mean())


def _set(plan: Plan, sample: Sample, rows: Index, seed: int) -> _Set:
    sample = sample.hidden(plan.recipe.hide, seed)
    centre, spread = sample.task.result.standard(sample.aims[rows])
    aims = (sample.aims - centre) / spread
    groups = None if sample.groups is None else sample.groups[rows]
    fold = folds.assign(sample.balance[rows], INNER_FOLDS, seed, groups)
    return _Set(rows, sample, aims, centre, spread, fold)


def _member(
    plan: Plan, one: _Set, rows: Index, epochs: int, like: Preprocessor | None = None
) -> _Member:
    shaped = preprocess(plan.recipe, one.sample.take(rows), like)
    weights = np.bincount(rows, minlength=len(one.sample)).astype(np.float64)
    return _Member(shaped, shaped.transform(one.sample.x), one.aims, weights, epochs)


def _tune(plan: Plan, sets: Sequence[_Set], sample: Sample) -> None:
    """Train the inner members of some sets; find each set's best epoch and held-out logits."""
    members = [
        _member(plan, one, one.rows[one.fold != k], plan.epochs)
        for one in sets
        for k in range(INNER_FOLDS)
    ]
    batch, share = _batch(plan, members, sample.kind)
    rate, decay, size = plan.settings(share * batch.rows)
    result, seed = sample.task.result, plan.recipe.seed

    def watch(epoch: int, logits: Array) -> bool:
        for i, one in enumerate(sets):
            own = logits[i * INNER_FOLDS : (i + 1) * INNER_FOLDS]
            held = own[one.fold, one.rows]
            cost = float(result.loss(one.aims[one.rows], held).mean())
            if cost < one.best or not plan.early:
                one.best, one.epoch, one.held_out = cost, epoch, held
        return plan.early and all(epoch - one.epoch >= PATIENCE for one in sets)

    size = int(np.ceil(size / share))
    batch.fit(rate=rate, decay=decay, rows_a_step=size, seed=seed, epochs=plan.epochs, watch=watch)


def fit_many(plan: Plan, sample: Sample, row_sets: Sequence[Index]) -> list[Fitted]:
    """Fit one network on each set of rows, calibrated on inner folds.

    Three inner folds say after which epoch each network stops (``classic``: after ten), and
    their held-out logits fit its calibrator; it is then trained on all its rows for as long.
    """
    sets = [_set(plan, sample, rows, plan.recipe.seed + i) for i, rows in enumerate(row_sets)]
    columns = sum(max(1, len(feature.codes)) for feature in sample.features)
    size = max(1, int(_MOST_CELLS / (INNER_FOLDS * len(sample) * columns)))
    for i in range(0, len(sets), size):
        _tune(plan, sets[i : i + size], sample)
    members = [_member(plan, one, one.rows, one.epoch) for one in sets]
    _train(plan, members, sample.kind, plan.recipe.seed)
    return [_fitted(plan, one, member) for one, member in zip(sets, members, strict=True)]


def _fitted(plan: Plan, one: _Set, member: _Member) -> Fitted:
    task = one.sample.task
    how = task.result.calibration(plan.recipe.calibration)
    calibrator = calibration.fit(how, task, one.held_out, one.aims[one.rows])
    layers = _rescaled(member.layers, one.centre, one.spread)
    return Fitted(member.shaped, layers, task.kind, calibrator, {"epochs": one.epoch})


def _rescaled(layers: Layers, centre: Array, spread: Array) -> Layers:
    """Undo the standardisation of the target in the last layer."""
    weights, bias = layers[-1]
    return (*layers[:-1], (weights * spread, bias * spread + centre))


def fit_one(plan: Plan, sample: Sample) -> Fitted:
    """Fit the shipped network; the classic one by Keras' own ``fit``."""
    (fitted,) = fit_many(plan, sample, [np.arange(len(sample))])
    return fitted if plan.early else _by_keras(plan, sample, fitted)


def _by_keras(plan: Plan, sample: Sample, fitted: Fitted) -> Fitted:
    """Train the classic network as one writes it: compile, ten epochs, batches of 32."""
    keras.utils.set_random_seed(plan.recipe.seed)
    one = _set(plan, sample, np.arange(len(sample)), plan.recipe.seed)
    shape = (len(fitted.preprocessor.columns_),)
    stack = [keras.layers.Dense(units, "relu") for units in plan.layers]
    head = sample.task.result.head
    last = keras.layers.Dense(one.aims.shape[1], head.activation)
    model = keras.Sequential([keras.Input(shape), *stack, last])
    model.compile(optimizer="adam", loss=head.loss)
    z = fitted.preprocessor.transform(one.sample.x).astype(np.float32)
    y = np.nan_to_num(one.aims).astype(np.float32)
    model.fit(z, y, epochs=plan.epochs, batch_size=CLASSIC_ROWS, verbose=0)
    layers = tuple(
        (kernel.astype(np.float64), bias.astype(np.float64))
        for kernel, bias in (layer.get_weights() for layer in model.layers)
    )
    return replace(fitted, layers=_rescaled(layers, one.centre, one.spread))


def fit_resamples(
    plan: Plan, sample: Sample, draws: Sequence[Index], fitted: Fitted
) -> list[Fitted]:
    """Refit a network on bootstrap resamples, for as many epochs as the shipped one.

    The calibrator of each refit is fitted on the rows that its resample left out.
    """
    seed, epochs = plan.recipe.seed, int(fitted.facts["epochs"])
    sets = [_set(plan, sample, rows, seed + i) for i, rows in enumerate(draws)]
    members = [_member(plan, one, one.rows, epochs, fitted.preprocessor) for one in sets]
    _train(plan, members, sample.kind, seed + 1)
    return [_left_out(plan, sample, one, member) for one, member in zip(sets, members, strict=True)]


def _left_out(plan: Plan, sample: Sample, one: _Set, member: _Member) -> Fitted:
    out = np.setdiff1d(np.arange(len(sample)), one.rows)
    layers = _rescaled(member.layers, one.centre, one.spread)
    fitted = Fitted(member.shaped, layers, sample.kind)
    how = sample.task.result.calibration(plan.recipe.calibration)
    raw = fitted.raw_logits(sample.x[out])
    calibrator = calibration.fit(how, sample.task, raw, sample.aims[out])
    return replace(fitted, calibrator=calibrator)
