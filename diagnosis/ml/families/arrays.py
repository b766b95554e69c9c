"""Named arrays as an ``.npz`` whose bytes depend on nothing but them, read with distrust.

NumPy's own writer stamps the time into the archive, its reader believes what a header promises.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.errors import DAMAGED, ArtifactError

MOST_ARRAYS = 128
MOST_BYTES = 64 * 2**20
_ALLOWED = {"f": np.dtype("<f8"), "i": np.dtype("<i8"), "b": np.dtype("bool")}
_DTYPES = {dtype.str.encode(): dtype for dtype in _ALLOWED.values()}
_MOST_HEADER = 256
_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00(..)\{'descr': '(<f8|<i8|\|b1)', 'fortran_order': False, "
    rb"'shape': \(((?:\d{1,9}(?:, \d{1,9}){0,2},?)?)\), \} *\n",
    re.DOTALL,
)
_EPOCH = (1980, 1, 1, 0, 0, 0)


def to_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return float, whole-number and yes-or-no arrays as an archive that ``numpy.load`` reads."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, given in sorted(arrays.items()):
            part = io.BytesIO()
            plain = np.ascontiguousarray(given, dtype=_ALLOWED[given.dtype.kind])
            np.lib.format.write_array(part, plain.reshape(given.shape), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _EPOCH), part.getvalue())
    return out.getvalue()


def from_bytes(content: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays of an archive that ``to_bytes`` could have written.

    Raises
    ------
    ArtifactError
        It is anything else: compressed, too large, of other types, longer or shorter than said.
    """
    if len(content) > MOST_BYTES:
        raise ArtifactError("The arrays of the artifact are too large.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if len(entries) > MOST_ARRAYS or len(names) != len(entries):
                raise ArtifactError("The arrays of the artifact are too many, or named twice.")
            return {
                entry.filename.removesuffix(".npy"): _array(archive, entry) for entry in entries
            }
    except ArtifactError:
        raise
    except DAMAGED as error:
        raise ArtifactError("The arrays of the artifact can not be read.") from error


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> NDArray[Any]:
    # Stored parts can not be larger than the archive itself, whatever their header says.
    if entry.compress_type != zipfile.ZIP_STORED or not entry.filename.endswith(".npy"):
        raise ArtifactError("The artifact holds something that is no array.")
    content = archive.read(entry)
    # NumPy's own reader of headers is a reader of Python; of what we write, this is enough.
    said = _HEADER.match(content[:_MOST_HEADER])
    if said is None or len(said[0]) != 10 + int.from_bytes(said[1], "little"):
        raise ArtifactError("The header of an array is not one that is written here.")
    dtype, rest = _DTYPES[said[2]], content[len(said[0]) :]
    shape = tuple(int(size) for size in said[3].replace(b",", b" ").split())
    if math.prod(shape) * dtype.itemsize != len(rest):
        raise ArtifactError("An array is longer or shorter than its header says.")
    # A yes or no is one byte of which only the last bit counts, or NumPy computes nonsense.
    flat = np.frombuffer(rest, np.uint8) != 0 if dtype.kind == "b" else np.frombuffer(rest, dtype)
    return flat.reshape(shape).copy()
