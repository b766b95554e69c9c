"""Metrics in Prometheus' text format. Labels come from a list: no name, no patient."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

LABELS = frozenset({"service", "state", "queue", "role", "le"})
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
COUNTED = "_total"


class Family(Metric):
    """One metric: its samples share a type and a line of help."""

    def __init__(self, name: str, kind: str, words: str) -> None:
        self.shown = name
        super().__init__(name.removesuffix(COUNTED) if kind == "counter" else name, words, kind)

    def add(self, value: float, suffix: str = "", **labels: str) -> None:
        if not labels.keys() <= LABELS:
            raise ValueError(f"Labels are {sorted(LABELS)}.")
        self.add_sample(self.shown + suffix, labels, value)


@dataclass(frozen=True)
class _Found(Collector):
    """Families asked for this answer: nothing is kept in the process between two."""

    families: Iterable[Metric]

    def collect(self) -> Iterable[Metric]:
        return self.families


def text(families: Iterable[Family]) -> bytes:
    return generate_latest(_Found(families))
