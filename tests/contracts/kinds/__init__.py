"""A kind of answer that nobody but the tests knows: how often something is expected to happen.

The clinic's half of ``tests/ml/results/count.py``, and all of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from diagnosis.results.quantity import OneQuantity


@dataclass(frozen=True)
class ShownCount(OneQuantity):
    name: str = "count"
    word: str = "count"
    estimate: str = "count"
