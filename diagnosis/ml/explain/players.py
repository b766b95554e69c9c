"""Who plays where there is more than a table: patients as rows of players.

A player of several numbers stands in its row as its place in a list of all that the patients and
the reference rows have there. So one engine enumerates, samples and adds up whatever is put in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.batch import Batch, Matrix
from diagnosis.ml.explain.explanation import Explanation, Floats, Part
from diagnosis.ml.schema import FeatureSchema

Index = NDArray[np.int64]


@dataclass(frozen=True)
class Seat:
    """One player: its input, its name, its numbers in the flattened block, and all it can be."""

    feature: int
    name: str
    cells: tuple[int, ...]
    contents: Matrix | None = None
    """(different ones, cells); None for a column of the table, which stands for itself."""


@dataclass(frozen=True)
class Played:
    """Rows of players; ``x`` (n, players) against ``background`` (b, players)."""

    schema: FeatureSchema
    seats: tuple[Seat, ...]
    x: Matrix
    background: Matrix
    table: Matrix
    """Of the reference rows."""

    def batch(self, rows: Matrix) -> Batch:
        """Return what the model takes for rows of players."""
        names = self.schema.names
        columns = [i for i, seat in enumerate(self.seats) if seat.contents is None]
        blocks = {
            one.name: np.full((len(rows), int(np.prod(one.shape))), np.nan, dtype=np.float32)
            for one in self.schema.blocks
        }
        for i, seat in enumerate(self.seats):
            if seat.contents is not None:
                own = seat.contents[rows[:, i].astype(np.int64)]
                blocks[names[seat.feature]][:, seat.cells] = own
        shaped = {
            one.name: blocks[one.name].reshape(len(rows), *one.shape) for one in self.schema.blocks
        }
        return Batch.of(rows[:, columns], **shaped)

    def by_feature(self, explained: Explanation) -> Explanation:
        """Return contributions an input; those of several players are also told apart.

        The error of a sum is at most the sum of the errors.
        """
        errors = explained.standard_errors
        return replace(
            explained,
            values=self._summed(explained.values),
            standard_errors=None if errors is None else self._summed(errors),
            coalition_errors=self._summed(explained.coalition_errors),
            parts={
                one.name: self._parts(j, explained.values)
                for j, one in enumerate(self.schema)
                if len(one.input.players(one)) > 1
            },
        )

    def _summed(self, values: Floats) -> Floats:
        found = np.zeros((len(values), len(self.schema), *values.shape[2:]))
        for i, seat in enumerate(self.seats):
            found[:, seat.feature] += values[:, i]
        return found

    def _parts(self, feature: int, values: Floats) -> tuple[Part, ...]:
        return tuple(
            Part(seat.name, values[:, i])
            for i, seat in enumerate(self.seats)
            if seat.feature == feature
        )


def played(schema: FeatureSchema, x: Batch, background: Batch) -> Played:
    """Seat the players of every input of rows and reference rows."""
    both = Batch.joined([background, x])
    seats: list[Seat] = []
    columns: list[Matrix] = []
    place = {one.name: i for i, one in enumerate(schema.table)}
    for j, feature in enumerate(schema):
        for player in feature.input.players(feature):
            seat = Seat(j, player.name, player.cells)
            if feature.is_block:
                flat = both.blocks[feature.name].reshape(len(both), -1)
                contents, which = _different(flat[:, player.cells])
                seat = replace(seat, contents=contents)
                columns.append(which.astype(np.float32))
            else:
                columns.append(both.table[:, place[feature.name]])
            seats.append(seat)
    rows, b = np.column_stack(columns), len(background)
    return Played(schema, tuple(seats), rows[b:], rows[:b], background.table)


def _different(cells: Matrix) -> tuple[Matrix, Index]:
    """Return the different rows (m, cells), missing equal to missing, and which each row is."""
    bits = np.ascontiguousarray(cells, dtype=np.float32).view(np.int32)
    _, first, which = np.unique(bits, axis=0, return_index=True, return_inverse=True)
    return cells[first], which.reshape(-1)
