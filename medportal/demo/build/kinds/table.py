"""The table of a service of another kind: inputs, targets, and the rows that no model may see."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagnosis.ml.schema import FeatureSchema
from medportal.demo.build.table import HELD_OUT, HERE, Mask

Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class KindTable:
    """One service's table.

    Attributes
    ----------
    slug, source : str
        The service, and the CSV file that the rows come from.
    key : str
        What names a row in ``demo_rows.json``.
    keys : ndarray of int
        That name, for every row.
    inputs, targets : DataFrame
        The service's features in their own units, and what is to be foretold.
    held_out : ndarray of bool
        The demonstration rows: no model, threshold or quantile has seen them.
    beside : DataFrame
        What is no input but parts the rows in tables of who is missed; may have no column.
    """

    slug: str
    source: str
    key: str
    keys: Index
    inputs: pd.DataFrame
    targets: pd.DataFrame
    held_out: Mask
    beside: pd.DataFrame

    @property
    def folder(self) -> Path:
        """Where the service's schema and sheet wait for the clinic to know its kind."""
        return HERE / "prepared" / self.slug

    @cached_property
    def schema(self) -> FeatureSchema:
        """The inputs as the sheet has them; what may be changed is the owner's statement."""
        found = FeatureSchema.from_dict(json.loads((self.folder / "schema.json").read_text()))
        return FeatureSchema(tuple(replace(feature, modifiable=False) for feature in found))

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows to learn from, with their targets."""
        return pd.concat([self.inputs, self.targets], axis=1)[~self.held_out]

    @property
    def sha256(self) -> str:
        """Digest of the raw table."""
        return hashlib.sha256((HERE / "tables" / self.source).read_bytes()).hexdigest()

    def named_rows(self) -> dict[str, Any]:
        """Return what ``demo_rows.json`` holds."""
        rows = [int(key) for key in self.keys[self.held_out]]
        return {"table": self.source, "key": self.key, "rows": rows}


def held_out(slug: str, keys: Index, layer: Sequence[int], showable: Mask) -> Mask:
    """Return the demonstration rows: of each layer its share, chosen by a hash of the key."""
    layers, chosen = np.asarray(layer), np.zeros(len(keys), dtype=np.bool_)
    for one in np.unique(layers[showable]):
        rows = np.flatnonzero(showable & (layers == one))
        order = sorted(rows, key=lambda i: hashlib.sha256(f"{slug} {keys[i]}".encode()).hexdigest())
        chosen[order[: round(HELD_OUT * len(rows) / int(showable.sum()))]] = True
    return chosen
