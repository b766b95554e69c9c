"""A version beside the one that is published now: what a reviewer weighs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diagnosis.portal.added_value import metric_interval
from diagnosis.portal.figures import decimal
from diagnosis.portal.version_card import METRICS
from diagnosis.registry.models import ModelVersion

SHOWN = ("auroc", "brier", "calibration_slope", "recall", "specificity")


@dataclass(frozen=True)
class Pair:
    """One metric of both."""

    label: str
    now: str
    now_interval: str
    new: str
    new_interval: str


@dataclass(frozen=True)
class Compared:
    """Both versions, metric by metric, and what differs in their inputs."""

    published: ModelVersion
    pairs: tuple[Pair, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def _names(manifest: Mapping[str, Any]) -> list[str]:
    return [f["name"] for f in (manifest.get("schema") or {}).get("features") or ()]


def against_published(version: ModelVersion) -> Compared | None:
    """None for the published version itself, and where nothing is published."""
    published = version.service.versions.published().exclude(pk=version.pk).first()
    if published is None:
        return None
    now, new = published.manifest["metrics"], version.manifest["metrics"]
    pairs = tuple(
        Pair(
            label=str(METRICS[name]),
            now=decimal((now.get(name) or {}).get("value"), 3),
            now_interval=metric_interval(now.get(name)),
            new=decimal((new.get(name) or {}).get("value"), 3),
            new_interval=metric_interval(new.get(name)),
        )
        for name in SHOWN
    )
    before, after = _names(published.manifest), _names(version.manifest)
    return Compared(
        published=published,
        pairs=pairs,
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
    )
