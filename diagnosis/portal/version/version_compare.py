"""A version beside the one that is published now: what a reviewer weighs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from diagnosis.portal.version.version_card import METRICS
from diagnosis.portal.words.added_value import difference, metric_interval
from diagnosis.portal.words.figures import decimal
from diagnosis.registry.models import ModelVersion

SHOWN = ("auroc", "brier", "calibration_slope", "recall", "specificity")
BETTER = {"auroc": 1, "brier": -1, "recall": 1, "specificity": 1}
"""Which sign of a difference is the better one; the slope has its best value in the middle."""


@dataclass(frozen=True)
class Pair:
    """One metric of both."""

    label: str
    now: str
    now_interval: str
    new: str
    new_interval: str
    difference: str = ""
    word: str = ""
    is_worse: bool = False


@dataclass(frozen=True)
class Compared:
    """Both versions, metric by metric, and what differs in their inputs.

    ``patients`` is on how many of the same both were measured; None where they were not, and then
    nobody can say which is the better.
    """

    published: ModelVersion
    patients: int | None
    pairs: tuple[Pair, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def worse(self) -> tuple[str, ...]:
        """The metrics in which the version is worse than the published one, beyond chance."""
        return tuple(pair.label for pair in self.pairs if pair.is_worse)


def _names(manifest: Mapping[str, Any]) -> list[str]:
    return [f["name"] for f in (manifest.get("schema") or {}).get("features") or ()]


def against_published(version: ModelVersion) -> Compared | None:
    """None for the published version itself, and where nothing is published."""
    published = version.service.versions.published().exclude(pk=version.pk).first()
    if published is None:
        return None
    new, paired = version.manifest["metrics"], measured_against(version, published)
    now = paired.get("metrics") or published.manifest["metrics"]
    differences = paired.get("differences") or {}
    pairs = tuple(
        Pair(
            label=str(METRICS[name]),
            now=decimal((now.get(name) or {}).get("value"), 3),
            now_interval=metric_interval(now.get(name)),
            new=decimal((new.get(name) or {}).get("value"), 3),
            new_interval=metric_interval(new.get(name)),
            **_paired(name, differences.get(name) or {}),
        )
        for name in SHOWN
    )
    before, after = _names(published.manifest), _names(version.manifest)
    return Compared(
        published=published,
        patients=paired.get("patients", paired.get("rows")),  # manifests of before count rows
        pairs=pairs,
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
    )


def measured_against(version: ModelVersion, published: ModelVersion) -> Mapping[str, Any]:
    """What the manifest says of the two on the same patients; empty where it says nothing."""
    entries = version.manifest.get("against") or ()
    return next((one for one in entries if one.get("artifact") == published.digest), {})


def _paired(name: str, found: Mapping[str, Any]) -> dict[str, Any]:
    value, lower, upper = (found.get(key) for key in ("value", "lower", "upper"))
    if value is None or lower is None or upper is None:
        return {}
    better = BETTER.get(name, 0)
    return {
        "difference": difference(value, (lower, upper)),
        "word": _word(better, lower, upper),
        "is_worse": max(better * lower, better * upper) < 0,
    }


def _word(better: int, lower: float, upper: float) -> str:
    if not better:
        return ""
    if lower <= 0 <= upper:
        return _("no difference shown")
    return _("better") if lower * better > 0 else _("worse")
