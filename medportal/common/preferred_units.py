"""In which unit a quantity is shown first: the organisation's, else that of the reader's language.

What is stored and computed stays in its own unit; this is about reading and asking alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from medportal.common.moments import reads_chinese

CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "glucose": ("mg/dL", "mmol/L"),
        "cholesterol": ("mg/dL", "mmol/L"),
        "triglycerides": ("mg/dL", "mmol/L"),
        "bilirubin": ("mg/dL", "umol/L"),
        "creatinine": ("mg/dL", "umol/L"),
        "albumin": ("g/dL", "g/L"),
        "haemoglobin": ("g/dL", "g/L"),
        "light_chain": ("mg/dL", "mg/L"),
        "platelets": ("10*3/uL", "10*9/L"),
        "insulin": ("u[IU]/mL", "pmol/L"),
        "pressure": ("mm[Hg]", "kPa"),
    }
)
"""Quantities that laboratories report in several units, by UCUM code."""

RATIOS: Mapping[str, float] = MappingProxyType(
    {
        "glucose": 18.016,
        "cholesterol": 38.67,
        "triglycerides": 88.57,
        "bilirubin": 1 / 17.104,
        "creatinine": 1 / 88.42,
        "albumin": 0.1,
        "haemoglobin": 0.1,
        "light_chain": 0.1,
        "platelets": 1.0,
        "insulin": 1 / 6.0,
        "pressure": 7.50062,
    }
)
"""How much of its first unit one of its second is."""

_IN_CHINESE: Mapping[str, str] = MappingProxyType(
    {
        "glucose": "mmol/L",
        "cholesterol": "mmol/L",
        "triglycerides": "mmol/L",
        "bilirubin": "umol/L",
        "creatinine": "umol/L",
        "albumin": "g/L",
        "haemoglobin": "g/L",
        "light_chain": "mg/L",
        "platelets": "10*9/L",
    }
)

Chosen = Callable[[], Mapping[str, str]]
_chosen: ContextVar[Chosen | None] = ContextVar("preferred_units", default=None)


@contextmanager
def preferring(chosen: Chosen) -> Iterator[None]:
    """Within: what the reader's organisation chose, asked for only if a unit is shown."""
    token = _chosen.set(chosen)
    try:
        yield
    finally:
        _chosen.reset(token)


def preferred(quantity: str, accepted: Collection[str]) -> str:
    """The unit wanted for a quantity, if it is an accepted one; else nothing."""
    chosen = _chosen.get()
    wanted = chosen().get(quantity) if chosen else None
    wanted = wanted or (_IN_CHINESE.get(quantity) if reads_chinese() else None)
    return wanted if wanted and wanted in accepted else ""
