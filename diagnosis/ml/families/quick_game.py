"""Coalition values of a dense network without building one hybrid row.

Every column of the design matrix belongs to one raw feature, so the first layer of a hybrid is a
sum over features: of the patient's share for members, of the reference's for the others. The
shares are computed once; a coalition costs one addition a hidden unit, and only the layers behind
the first are run, in blocks that fit a processor's cache.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.families.pipeline import Fitted
from diagnosis.ml.results import result_kind
from diagnosis.ml.results.estimate import Estimates

Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]
Masks = NDArray[np.float32]
Index = NDArray[np.intp]

NUMBERS_HELD = 2**17
"""Of one layer in a block: half a megabyte, so that the next layer finds it in the cache."""
KEPT_BYTES = 64 * 2**20
"""Of reference shares of fixed coalitions, kept for the next patient."""

Rooms = list[NDArray[np.float32]]
Layer = tuple[NDArray[np.float32], NDArray[np.float32]]  # (floor a block, weights)


class DenseModel:
    """A fitted pipeline, made ready for sums over features.

    Parameters
    ----------
    fitted : Fitted
        The model in plain NumPy.
    background : (b, d) float32 array
        Reference rows.
    output : str
        ``probability`` (of each class; the number of a regression) or ``logit``.
    of : Estimates, optional
        What is asked for of the outputs.
    """

    def __init__(
        self, fitted: Fitted, background: Matrix, output: str, of: Estimates | None = None
    ) -> None:
        """Compute the shares of the reference rows."""
        self._fitted, self._output, self.background = fitted, output, background
        self._of = of
        self._result = result_kind(fitted.kind)
        owners = np.array([column.feature for column in fitted.preprocessor.columns_])
        self._order = np.argsort(owners, kind="stable")
        self._owners, self._starts = np.unique(owners[self._order], return_index=True)
        weights, bias = fitted.layers[0]
        self._first = weights[self._order].astype(np.float32)
        self._bias = bias.astype(np.float32)
        self.width = len(bias)
        self.outputs = len(fitted.layers[-1][1]) if of is None else len(of.names)
        widest = max(len(bias) for _, bias in fitted.layers)
        self.block = max(512, NUMBERS_HELD // widest)
        self._behind, self._last_bias = _behind(fitted, self.block)
        self.shares = self.shares_of(background)
        self.base = self.summed(self.shares)
        self._kept: OrderedDict[Any, tuple[Masks, NDArray[np.float32]]] = OrderedDict()
        self._lock = Lock()

    def shares_of(self, x: Matrix) -> NDArray[np.float32]:
        """Return (n, d, hidden): what each feature of each row puts into the first layer."""
        z = self._fitted.preprocessor.transform(x)[:, self._order].astype(np.float32)
        shares = np.zeros((*x.shape, self.width), dtype=np.float32)
        for feature, start, end in zip(
            self._owners, self._starts, [*self._starts[1:], len(self._order)], strict=True
        ):
            shares[:, feature] = z[:, start:end] @ self._first[start:end]
        return shares

    def summed(self, shares: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n, hidden): the first layer of whole rows."""
        return np.asarray(shares.sum(axis=1) + self._bias)

    def game(self, patients: Matrix) -> DenseGame:
        """Return it between some patients and its reference rows."""
        return DenseGame(self, patients)

    def rooms(self) -> Rooms:
        """Return memory for one block of every layer; not to be shared between threads."""
        sizes = [self.width, *(weights.shape[1] for _, weights in self._behind)]
        return [np.empty((self.block, size), dtype=np.float32) for size in sizes]

    def finish(self, hidden: NDArray[np.float32], rooms: Rooms) -> Floats:
        """Return (n, outputs) for at most a block of first layers (n, hidden), overwritten."""
        z = hidden
        for (floor, weights), room in zip(self._behind, rooms[1:], strict=True):
            np.maximum(z, floor[: len(z)], out=z)
            z = np.matmul(z, weights, out=room[: len(z)])
        return self._answered(z + self._last_bias)

    def _answered(self, logits: NDArray[np.float32]) -> Floats:
        answers = self._linked(logits)
        return answers if self._of is None else self._of(answers)

    def _linked(self, logits: NDArray[np.float32]) -> Floats:
        calibrated = self._fitted.calibrator.logits(logits.astype(np.float64))
        if self._output == "logit":
            return np.asarray(calibrated)
        if self._result.head.activation == "sigmoid":  # innermost: quicker than by tanh
            return np.asarray(1.0 / (1.0 + np.exp(-calibrated)))
        return np.asarray(self._result.link(calibrated))

    def reference_layers(self, rows: Index, masks: Masks) -> NDArray[np.float32]:
        """Return (rows, coalitions, hidden): bias and shares of those who are not members.

        Kept for the next patient, who is asked about by the same coalitions.
        """
        key = (rows.tobytes(), id(masks))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][1]
        outside = 1.0 - masks
        layers = np.stack([outside @ self.shares[row] + self._bias for row in rows])
        with self._lock:
            self._kept[key] = masks, layers  # held, so that no other design gets its id
            while sum(kept.nbytes for _, kept in self._kept.values()) > KEPT_BYTES:
                self._kept.popitem(last=False)
        return layers


def _behind(fitted: Fitted, block: int) -> tuple[list[Layer], NDArray[np.float32]]:
    """Return the layers behind the first as floors and weights, and one last bias.

    relu(z + b) = max(z, -b) + b, and that last b passes on through the next weights: no layer
    needs an addition of its own. Floors are whole blocks, since NumPy compares two arrays of one
    shape many times faster than an array and a row.
    """
    layers: list[Layer] = []
    carried = np.zeros(len(fitted.layers[0][1]))
    for weights, bias in fitted.layers[1:]:
        floor = np.tile(-carried.astype(np.float32), (block, 1))
        layers.append((floor, weights.astype(np.float32)))
        carried = carried @ weights + bias
    return layers, carried.astype(np.float32)


class DenseGame:
    """A dense network between some patients and its reference rows."""

    def __init__(self, model: DenseModel, patients: Matrix) -> None:
        """Compute the patients' shares of the first layer."""
        self._model, self.outputs, self.rows_evaluated = model, model.outputs, 0
        self._shares = model.shares_of(patients)
        self._rooms = model.rooms()

    def at_patients(self) -> Floats:
        """Return the predictions of the patients, (n, outputs)."""
        return self._finished(self._model.summed(self._shares))

    def at_background(self) -> Floats:
        """Return the predictions of the reference rows, (b, outputs)."""
        return self._finished(self._model.base.copy())

    def _finished(self, hidden: NDArray[np.float32]) -> Floats:
        """Return the outputs of first layers (n, hidden), block by block."""
        self.rows_evaluated += len(hidden)
        size = self._model.block
        blocks = [hidden[start : start + size] for start in range(0, len(hidden), size)]
        parts = [self._model.finish(block, self._rooms) for block in blocks]
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts) if parts else np.empty((0, self.outputs))

    def enumerate(self, patients: Index, references: Index, players: Index) -> Floats:
        """Return (m, 2^k, outputs): every coalition of the players of m pairs."""
        m, k = players.shape
        ours = self._shares[patients[:, None], players]
        steps = ours - self._model.shares[references[:, None], players]
        inner = min(k, int(np.log2(self._model.block)))
        starts = _doubled(self._model.base[references], steps[:, inner:]).reshape(
            -1, self._model.width
        )
        inside = np.repeat(steps[:, :inner], 2 ** (k - inner), axis=0)
        at_once = max(1, self._model.block >> inner)
        values = np.empty((len(starts), 2**inner, self.outputs))
        for first in range(0, len(starts), at_once):
            some = slice(first, first + at_once)
            size = len(starts[some])
            room = self._rooms[0][: size << inner].reshape(size, 2**inner, -1)
            hidden = _doubled(starts[some], inside[some], room)
            found = self._finished(hidden.reshape(-1, self._model.width))
            values[some] = found.reshape(size, 2**inner, self.outputs)
        return values.reshape(m, 2**k, self.outputs)

    def coalitions(self, patients: Index, references: Index, masks: Masks) -> Floats:
        """Return (patients, references, coalitions, outputs): the same coalitions for all.

        A reference's part stays in the cache while all patients are added to it.
        """
        ours = masks @ self._shares[patients]
        theirs = self._model.reference_layers(references, masks)
        values = np.empty((len(patients), len(references), len(masks), self.outputs))
        room, size = self._rooms[0], self._model.block
        at_once = max(1, size // len(masks))
        for first in range(0, len(theirs), at_once):
            some = slice(first, first + at_once)
            for start in range(0, len(masks), size):
                part = slice(start, start + size)
                block = theirs[some, part]
                hidden = room[: block.shape[0] * block.shape[1]].reshape(block.shape)
                for i, own in enumerate(ours):
                    np.add(block, own[part], out=hidden)
                    found = self._finished(hidden.reshape(-1, self._model.width))
                    values[i, some, part] = found.reshape(*block.shape[:2], self.outputs)
        return values


def _doubled(
    starts: NDArray[np.float32], steps: NDArray[np.float32], sums: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Return (m, 2^k, hidden): each start with every subset of its (m, k, hidden) steps added."""
    m, k, width = steps.shape
    if sums is None:
        sums = np.empty((m, 2**k, width), dtype=np.float32)
    sums[:, 0] = starts
    for j in range(k):
        size = 2**j
        np.add(sums[:, :size], steps[:, j, None], out=sums[:, size : 2 * size])
    return sums
