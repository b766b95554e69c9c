"""What was found in a version's training table: each finding is answered before it is signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from diagnosis.ml.learning.table_findings import Figure, key
from diagnosis.registry.models import FindingAnswer, ModelVersion
from medportal.common.errors import DomainError, Pointer


@dataclass(frozen=True)
class Finding:
    """One finding as the file tells it, with what the reviewer said to it."""

    key: str
    code: str
    features: tuple[str, ...]
    figures: Mapping[str, Figure]
    message: dict[str, str]
    answer: FindingAnswer | None


def are_told(version: ModelVersion) -> bool:
    """Whether the version's file says at all what was found; older ones do not."""
    return "findings" in version.manifest


def of(version: ModelVersion) -> list[Finding]:
    told = version.manifest.get("findings") or []
    if not told:
        return []
    answers = {answer.finding: answer for answer in version.finding_answers.select_related("by")}
    return [
        Finding(
            key(entry),
            str(entry["code"]),
            tuple(entry["features"]),
            dict(entry.get("figures") or {}),
            dict(entry["message"]),
            answers.get(key(entry)),
        )
        for entry in told
    ]


def unanswered(version: ModelVersion) -> list[str]:
    return [finding.key for finding in of(version) if finding.answer is None]


def signed(version: ModelVersion) -> list[tuple[str, str]]:
    """What the reviewer's signature covers: each finding with the words that answer it."""
    return sorted((f.key, f.answer.words) for f in of(version) if f.answer is not None)


def require_answers(version: ModelVersion) -> None:
    """DomainError that names each finding that nobody has answered."""
    open_ones = unanswered(version)
    if open_ones:
        raise DomainError(
            "findings_unanswered",
            _("Each finding in the training table needs an answer of the reviewer, in words."),
            status=409,
            pointers=_pointers(open_ones),
        )


def _pointers(keys: Iterable[str]) -> list[Pointer]:
    return [Pointer(f"/findings/{name}", "required", _("Needs an answer.")) for name in keys]
