"""What a reviewer signs: the model, its card, the sheet with its bands and rules, every text.

The signature is a digest of all of it, and names the edition of the sheet that was read. Whatever
is written afterwards is something that nobody has signed, so it goes back to the reviewer.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from diagnosis.registry.models import ModelVersion, Service
from diagnosis.registry.versions import contradictions, findings, steps
from medportal.common.errors import DomainError

State = ModelVersion.State
IN_USE = (State.PUBLISHED, State.SHADOW, State.STOPPED)
AGAIN = _("changed after it was signed")


@dataclass(frozen=True)
class Content:
    """Everything that a signature stands for; what is added here is signed from then on."""

    artifact: str
    card: Any
    sheet: Any
    inputs: Any
    contradictions: dict[str, dict[str, str] | None]
    findings: list[tuple[str, str]]


def content(version: ModelVersion) -> Content:
    return Content(
        artifact=version.digest,
        card=version.manifest,
        sheet=version.service.sheet.content,
        inputs=version.service.sheet.schema,
        contradictions=contradictions.notes(version),
        findings=findings.signed(version),
    )


def digest(version: ModelVersion) -> str:
    said = json.dumps(asdict(content(version)), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def is_as_signed(version: ModelVersion) -> bool:
    return bool(version.signed_digest) and version.signed_digest == digest(version)


def return_if_changed(actor: User, version: ModelVersion) -> bool:
    """Back to *submitted* where what was approved is no longer what was signed."""
    if version.state != State.APPROVED or is_as_signed(version):
        return False
    version.approved_by = version.approved_at = None
    version.approval_note = version.signed_digest = ""
    version.signed_sheet = None
    steps.move(actor, version, State.SUBMITTED, "version.return", reason=str(AGAIN))
    return True


def demand_not_in_use(service: Service) -> None:
    """Doctors read a sheet that somebody signed: its next one comes with the next version."""
    if service.versions.filter(state__in=IN_USE).exists():
        raise DomainError(
            "sheet_in_use",
            _(
                "A version that was signed with this sheet is in use. Retire it first; the new "
                "sheet is then reviewed with the next version."
            ),
            status=409,
        )
