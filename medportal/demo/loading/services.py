"""The services, each artifact taken through the real life cycle of a version."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from diagnosis.registry import actions
from diagnosis.registry.models import ModelVersion, Service
from diagnosis.registry.versions import findings
from medportal.demo.loading.people import Cast
from medportal.demo.loading.rows import HERE

FIRST = {"pbc-prognosis": "pbc-prognosis-first"}
"""Services whose published version had a forerunner: its results stand in the courses."""
SLUGS = (
    "coronary-disease", "diabetes-onset", "pbc-prognosis", "flc-mortality", "breast-mass",
    "breast-recurrence", "body-weight", "thyroid-report",
)  # fmt: skip
OF_THE_SAME = ("pbc-stage",)
"""Services of persons who are another one's patients already: held out of both."""
ANSWER = "Answered automatically for the demonstration."
APPROVAL = "Approved automatically for the demonstration."


def load_services(cast: Cast) -> dict[str, Service]:
    """Define, import, submit, approve and publish; the approver is not the submitter."""
    services = {slug: _service(cast, slug) for slug in (*SLUGS, *OF_THE_SAME)}
    for slug, service in services.items():
        _published(cast, service, FIRST.get(slug, slug))
    return services


def publish_successors(cast: Cast, services: dict[str, Service]) -> None:
    """The version that answers today takes the place of the first one."""
    for slug in FIRST:
        _published(cast, services[slug], slug)


def submit_candidate(cast: Cast, service: Service) -> ModelVersion:
    """A second version of a service waits for the reviewer, contradiction and all."""
    return _submitted(cast, service, HERE / "artifacts" / f"{service.slug}-candidate")


def leave_draft(cast: Cast, service: Service) -> ModelVersion:
    """A second version of a service waits for the data scientist, who has not submitted it."""
    folder = HERE / "artifacts" / f"{service.slug}-candidate"
    return actions.import_version(actor=cast["scientist"], service=service, source=folder)


def _service(cast: Cast, slug: str) -> Service:
    folder = HERE / "services" / slug
    return actions.define_service(
        actor=cast["scientist"],
        sheet=_read(folder / "service.json"),
        schema=_read(folder / "schema.json"),
    )


def _published(cast: Cast, service: Service, artifact: str) -> None:
    approver = cast["autoapproval"]
    version = _submitted(cast, service, HERE / "artifacts" / artifact)
    for finding in findings.unanswered(version):
        actions.answer_finding(actor=approver, version=version, finding=finding, words=ANSWER)
    version = actions.approve_version(actor=approver, version=version, note=APPROVAL)
    actions.publish_version(actor=approver, version=version, reason=APPROVAL)


def _submitted(cast: Cast, service: Service, artifact: Path) -> ModelVersion:
    version = actions.import_version(actor=cast["scientist"], service=service, source=artifact)
    return actions.submit_version(actor=cast["scientist"], version=version)


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text())
    return found
