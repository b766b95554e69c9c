"""The table of a service of another kind: inputs, targets, and the rows that no model may see."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from medportal.demo.build.table import HELD_OUT, HERE, Mask, RawTable

Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class KindTable(RawTable):
    """One service's table; until the clinic knows its kind it waits in a room of its own.

    Attributes
    ----------
    targets : DataFrame
        What is to be foretold.
    held_out : ndarray of bool
        The demonstration rows: no model, threshold or quantile has seen them.
    beside : DataFrame
        What is no input but parts the rows in tables of who is missed; may have no column.
    """

    targets: pd.DataFrame
    held_out: Mask
    beside: pd.DataFrame

    waiting: ClassVar[str] = "prepared"

    @property
    def folder(self) -> Path:
        """Where the service's schema and sheet are: loaded, or waiting."""
        loaded = HERE / self.room / self.slug
        return loaded if loaded.exists() else HERE / self.waiting / self.slug

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows to learn from, with their targets."""
        return pd.concat([self.inputs, self.targets], axis=1)[~self.held_out]


def held_out(slug: str, keys: Index, layer: Sequence[int], showable: Mask) -> Mask:
    """Return the demonstration rows: of each layer its share, chosen by a hash of the key."""
    layers, chosen = np.asarray(layer), np.zeros(len(keys), dtype=np.bool_)
    for one in np.unique(layers[showable]):
        rows = np.flatnonzero(showable & (layers == one))
        order = sorted(rows, key=lambda i: hashlib.sha256(f"{slug} {keys[i]}".encode()).hexdigest())
        chosen[order[: round(HELD_OUT * len(rows) / int(showable.sum()))]] = True
    return chosen
