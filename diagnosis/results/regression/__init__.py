"""A number, in the unit of the sheet: estimated, and marked as not measured."""

from __future__ import annotations

from dataclasses import dataclass

from diagnosis.results.quantity import OneQuantity


@dataclass(frozen=True)
class Regression(OneQuantity):
    """One estimate, ``value``."""

    name: str = "regression"
    word: str = "value"
    estimate: str = "value"
