"""What a model takes: named float32 tensors, the first axis a patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

TABLE = "table"
"""The block of numbers and categories; every other block has the name of its feature."""


@dataclass(frozen=True, eq=False)
class Batch:
    """The same patients in every block, in the same order; NaN is missing."""

    blocks: Mapping[str, Matrix]

    @classmethod
    def of(cls, table: Matrix, **others: Matrix) -> Batch:
        """Return a table (n, d), and blocks (n, …) beside it."""
        return cls({TABLE: table, **others})

    @classmethod
    def joined(cls, parts: Sequence[Batch]) -> Batch:
        """Return the patients of several batches, one after the other."""
        names = parts[0].blocks
        return cls({name: np.concatenate([part.blocks[name] for part in parts]) for name in names})

    @property
    def table(self) -> Matrix:
        """The numbers and categories, (n, d)."""
        return self.blocks[TABLE]

    @property
    def others(self) -> dict[str, Matrix]:
        """The blocks beside the table, by the name of their feature."""
        return {name: block for name, block in self.blocks.items() if name != TABLE}

    @property
    def present(self) -> dict[str, NDArray[np.bool_]]:
        """Of every block beside the table, whether a patient has anything of it, (n,)."""
        return {
            name: np.asarray(~np.isnan(block).reshape(len(self), -1).all(axis=1))
            for name, block in self.others.items()
        }

    def __len__(self) -> int:
        """Return the number of patients."""
        return len(self.table)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Batch:
        """Return some of the patients."""
        return Batch({name: block[rows] for name, block in self.blocks.items()})


Inputs = Batch | Matrix
"""A matrix is the table alone."""


def as_batch(inputs: Inputs) -> Batch:
    """Return what is given as a batch."""
    return inputs if isinstance(inputs, Batch) else Batch.of(inputs)


def table_of(inputs: Inputs) -> Matrix:
    """Return the table of what is given."""
    return inputs.table if isinstance(inputs, Batch) else inputs
