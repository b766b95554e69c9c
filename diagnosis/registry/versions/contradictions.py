"""Directions of a model that go against the usual one: each needs its explanation."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from diagnosis.registry.models import ModelVersion
from diagnosis.registry.sheet.kinds import has_both_languages
from medportal.common.errors import Pointer


def found(version: ModelVersion) -> list[str]:
    """The inputs whose direction in the manifest contradicts what is expected."""
    directions = version.manifest.get("directions") or []
    return [str(entry["feature"]) for entry in directions if entry.get("contradiction")]


def note(version: ModelVersion, feature: str) -> dict[str, str] | None:
    """What was written about it: for this version, else in the sheet of its service."""
    notes = version.contradiction_notes or {}
    written = notes.get(feature) or version.definition.contradiction_notes.get(feature)
    return dict(written) if written and has_both_languages(written) else None


def notes(version: ModelVersion) -> dict[str, dict[str, str] | None]:
    """Each feature that goes against the usual, with what was written about it."""
    return {feature: note(version, feature) for feature in found(version)}


def unexplained(version: ModelVersion) -> list[str]:
    return [feature for feature in found(version) if note(version, feature) is None]


def pointers(features: Iterable[str]) -> list[Pointer]:
    return [
        Pointer(f"/contradiction_notes/{name}", "required", _("Needs a text in both languages."))
        for name in features
    ]
