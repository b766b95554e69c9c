"""What the estimators ask of a model: the values of coalitions between a patient and a reference.

A coalition's value is the prediction for a hybrid: the features of its members from the patient,
all others from the reference row. ``RowGame`` builds hybrids and calls whatever function there
is; the game of a family never builds them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.explain.model_function import CHUNK, Matrix, ModelFunction

Floats = NDArray[np.float64]
Masks = NDArray[np.float32]  # (coalitions, players): one for a member, zero for an outsider
Index = NDArray[np.intp]


class Game(Protocol):
    """A model between some patients and the reference rows."""

    outputs: int
    rows_evaluated: int

    def at_patients(self) -> Floats:
        """Return the predictions of the patients, (n, outputs)."""
        ...

    def at_background(self) -> Floats:
        """Return the predictions of the reference rows, (b, outputs)."""
        ...

    def enumerate(self, patients: Index, references: Index, players: Index) -> Floats:
        """Return (m, 2^k, outputs): every coalition of the (m, k) players of m pairs.

        Player j is a member of coalition s where bit j of s is set.
        """
        ...

    def coalitions(self, patients: Index, references: Index, masks: Masks) -> Floats:
        """Return (patients, references, coalitions, outputs): the same coalitions for all."""
        ...


class QuickGames(Protocol):
    """What a family makes of a model so that coalitions cost less than hybrid rows."""

    def game(self, patients: Matrix) -> Game:
        """Return the model between some patients and its reference rows."""
        ...


def differing(x: Matrix, background: Matrix) -> NDArray[np.bool_]:
    """Return (reference rows, d): where a row differs from each; missing equals missing."""
    return np.asarray((background != x) & ~(np.isnan(background) & np.isnan(x)))


@lru_cache(maxsize=24)
def subsets(k: int) -> NDArray[np.bool_]:
    """Return all subsets of k players as (2^k, k); bit j of the row's number is player j."""
    return np.asarray((np.arange(2**k)[:, None] >> np.arange(k)) & 1 == 1)


class RowGame:
    """Builds every hybrid and asks the model: right for any function of a raw matrix."""

    def __init__(self, model: ModelFunction, patients: Matrix, background: Matrix) -> None:
        """Ask for the predictions of both at once; that also tells the number of outputs."""
        self._model, self._x, self._background = model, patients, background
        values = model(np.concatenate([background, patients]))
        self.rows_evaluated = len(values)
        self._references, self._patients = values[: len(background)], values[len(background) :]
        self.outputs = values.shape[1]

    def at_patients(self) -> Floats:
        """Return the predictions of the patients, (n, outputs)."""
        return self._patients

    def at_background(self) -> Floats:
        """Return the predictions of the reference rows, (b, outputs)."""
        return self._references

    def enumerate(self, patients: Index, references: Index, players: Index) -> Floats:
        """Return (m, 2^k, outputs): every coalition of the players of m pairs."""
        masks = subsets(players.shape[1])
        x, reference = self._x[patients], self._background[references]
        hybrids = np.repeat(reference[:, None, :], len(masks), axis=1)
        theirs = np.take_along_axis(reference, players, axis=1)
        ours = np.take_along_axis(x, players, axis=1)
        mixed = np.where(masks[None], ours[:, None, :], theirs[:, None, :])
        where = np.broadcast_to(players[:, None, :], mixed.shape)
        np.put_along_axis(hybrids, where, mixed, axis=2)
        return self._called(hybrids)

    def coalitions(self, patients: Index, references: Index, masks: Masks) -> Floats:
        """Return (patients, references, coalitions, outputs): the same coalitions for all."""
        members = masks > 0.5
        values = np.empty((len(patients), len(references), len(masks), self.outputs))
        for own, patient in zip(values, patients, strict=True):
            x = self._x[patient]
            for some in chunks(len(references), len(masks)):
                theirs = self._background[references[some], None, :]
                own[some] = self._called(np.where(members, x, theirs))
        return values

    def _called(self, hybrids: Matrix) -> Floats:
        m, size, d = hybrids.shape
        self.rows_evaluated += m * size
        return self._model(hybrids.reshape(-1, d)).reshape(m, size, self.outputs)


def chunks(references: int, size: int) -> Iterator[slice]:
    """Yield which reference rows' coalitions, ``size`` each, are held at a time."""
    step = max(1, CHUNK // size)
    for start in range(0, references, step):
        yield slice(start, start + step)
