"""Counters of this process, for /metrics."""

from __future__ import annotations

from collections import Counter
from threading import Lock

_lock = Lock()
_counts: Counter[str] = Counter()


def add(name: str, amount: int = 1) -> None:
    with _lock:
        _counts[name] += amount


def read() -> dict[str, int]:
    with _lock:
        return dict(_counts)
