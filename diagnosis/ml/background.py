"""The rows against which predictions are explained, as files of an artifact."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np

from diagnosis.ml.batch import Batch, Inputs, Matrix, as_batch
from diagnosis.ml.errors import DAMAGED, ArtifactError
from diagnosis.ml.families import arrays
from diagnosis.ml.schema import FeatureSchema

TABLE_FILE = "background.npy"
BLOCKS_FILE = "background.npz"
"""What stands beside the table, where anything does."""


def written(rows: Inputs) -> dict[str, bytes]:
    """Return the files of reference rows."""
    batch, stream = as_batch(rows), io.BytesIO()
    np.save(stream, batch.table, allow_pickle=False)
    files = {TABLE_FILE: stream.getvalue()}
    if batch.others:
        files[BLOCKS_FILE] = arrays.to_bytes(batch.others)
    return files


def read(files: Mapping[str, bytes], schema: FeatureSchema) -> Batch:
    """Return the reference rows that files hold.

    Raises
    ------
    ArtifactError
        They can not be read, or do not fit the schema.
    """
    others = arrays.from_bytes(files[BLOCKS_FILE]) if BLOCKS_FILE in files else {}
    batch = Batch.of(_table(files), **{n: b.astype(np.float32) for n, b in others.items()})
    shapes = {name: block.shape[1:] for name, block in batch.blocks.items()}
    rows = {len(block) for block in batch.blocks.values()}
    if shapes != schema.shapes or len(rows) > 1:
        raise ArtifactError("The background does not fit the schema.")
    return batch


def _table(files: Mapping[str, bytes]) -> Matrix:
    try:
        found = np.load(io.BytesIO(files[TABLE_FILE]), allow_pickle=False)
    except DAMAGED as error:
        raise ArtifactError(f"{TABLE_FILE} can not be read.") from error
    return np.ascontiguousarray(found, dtype=np.float32)
