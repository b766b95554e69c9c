"""What every demonstration table becomes: clinical inputs, an outcome, and who may be held out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagnosis.ml.schema import FeatureSchema
from diagnosis.registry.sheet.sheets import Sheet

HERE = Path(__file__).resolve().parent.parent / "data"
DAYS_A_YEAR = 365.25
HELD_OUT = 60

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class RawTable:
    """What one service is made from.

    Attributes
    ----------
    slug, source : str
        The service, and the CSV file that the rows come from.
    key : str
        What names a row in ``demo_rows.json``: ``row`` (number from 0) or ``id``.
    keys : ndarray of int
        That name, for every row.
    inputs : DataFrame
        The service's features in their own units, categories as codes, missing as NaN.
    """

    slug: str
    source: str
    key: str
    keys: NDArray[np.int64]
    inputs: pd.DataFrame

    room: ClassVar[str] = "services"

    @cached_property
    def schema(self) -> FeatureSchema:
        """The service's inputs as its sheet has them, for a model to learn from.

        Which of them may be changed is the owner's statement and may change without a new model,
        so it stays out of artifacts.
        """
        found = FeatureSchema.from_dict(json.loads((self.folder / "schema.json").read_text()))
        return FeatureSchema(tuple(replace(feature, modifiable=False) for feature in found))

    @property
    def folder(self) -> Path:
        """Where the service's schema and sheet are."""
        return HERE / self.room / self.slug

    @property
    def path(self) -> Path:
        """The raw table."""
        return HERE / "tables" / self.source

    @property
    def sha256(self) -> str:
        """Digest of the raw table."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def named(self, rows: Mask) -> dict[str, Any]:
        """Return what ``demo_rows.json`` holds of these rows."""
        keys = [int(key) for key in self.keys[rows]]
        return {"table": self.source, "key": self.key, "rows": keys}


@dataclass(frozen=True, eq=False)
class DemoTable(RawTable):
    """One service's table, with a yes or no.

    Attributes
    ----------
    label : ndarray
        1 event, 0 none, NaN unknown at the horizon.
    weights : ndarray
        1 for every row; for censored outcomes the inverse probability of being followed.
    teachable : ndarray of bool
        Rows of the population that the service accepts.
    showable : ndarray of bool
        Rows that a demonstration patient may be made of: accepted, complete, outcome known.
    """

    label: NDArray[np.float64]
    weights: NDArray[np.float64]
    teachable: Mask
    showable: Mask

    @cached_property
    def held_out(self) -> Mask:
        """The demonstration rows: the same share of events as the table, chosen by a hash."""
        share = float(np.nanmean(self.label[self.showable]))
        events = round(HELD_OUT * share)
        return self._first(1.0, events) | self._first(0.0, HELD_OUT - events)

    def _first(self, outcome: float, wanted: int) -> Mask:
        candidates = np.flatnonzero(self.showable & (self.label == outcome))
        order = sorted(candidates, key=lambda i: _hash(f"{self.slug} {self.keys[i]}"))
        chosen = np.zeros(len(self.keys), dtype=np.bool_)
        chosen[order[:wanted]] = True
        return chosen

    @cached_property
    def sheet(self) -> Sheet:
        """The service sheet."""
        return Sheet.from_dict(json.loads((self.folder / "service.json").read_text()))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read(source: str) -> pd.DataFrame:
    """Return a raw table."""
    return pd.read_csv(HERE / "tables" / source)


def row_numbers(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Return 0, 1, 2 … as keys of a table without an identifier."""
    return np.arange(len(frame), dtype=np.int64)


def everyone(frame: pd.DataFrame) -> Mask:
    """Return a mask of all rows."""
    return np.ones(len(frame), dtype=np.bool_)
