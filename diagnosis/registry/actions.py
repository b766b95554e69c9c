"""What people do with services and model versions. The only writer of both."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Organisation, User
from accounts.rights import demand
from diagnosis.ml import Artifact, FeatureSchema, MLError
from diagnosis.ml.families import describe
from diagnosis.registry.models import (
    FindingAnswer,
    ModelVersion,
    Service,
    SheetVersion,
    VersionEvent,
    VersionStructure,
)
from diagnosis.registry.sheet import checks
from diagnosis.registry.sheet.kinds import has_both_languages
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.registry.versions import contradictions, findings, manifests, signing, steps, store
from medportal.common.errors import DomainError, Pointer

State = ModelVersion.State


@transaction.atomic
def define_service(*, actor: User, sheet: Mapping[str, Any], schema: Mapping[str, Any]) -> Service:
    """Create the service of this slug in the actor's organisation, or give it a new sheet.

    Not while a version is in use that was signed with the old one; a version that waits to be
    published goes back to its reviewer.
    """
    demand(actor, "service.define")
    definition, features = checks.check_service(sheet, schema)
    # Of a house one at a time: a sheet is numbered, and a slug is taken once.
    assert actor.organisation is not None  # who has a role has a house
    house = Organisation.objects.select_for_update(no_key=True).get(pk=actor.organisation.pk)
    mine = Service.objects.filter(organisation=house, slug=definition.slug)
    before = mine.select_for_update(no_key=True).first()
    service = before or Service(organisation=house, slug=definition.slug)
    now = _next_sheet(actor, service, definition, features, is_new=before is None)
    told = {
        "sheet": now,
        "validity_days": definition.validity_days,
        **{name: getattr(definition, name) for name in checks.FLAGS},
    }
    kept = [name for name in told if before is None or name not in checks.HABITS]
    for name in kept:
        setattr(service, name, told[name])
    service.save(update_fields=None if before is None else kept)
    for version in service.versions.filter(state=State.APPROVED).select_for_update(of=("self",)):
        version.service = service
        signing.return_if_changed(actor, version)
    audit.record(
        actor=actor,
        act="service.define",
        what=service.slug,
        detail={"created": before is None, "sheet": now.number},
    )
    return service


def _next_sheet(
    actor: User, service: Service, definition: Sheet, features: FeatureSchema, *, is_new: bool
) -> SheetVersion:
    """The sheet as a new edition; the present one where nothing of it is another."""
    number = 1
    if not is_new:
        present = service.sheet
        if (present.definition, present.features) == (definition, features):
            return present
        signing.demand_not_in_use(service)
        number = present.number + 1
    return SheetVersion.objects.create(
        service=service,
        number=number,
        content=definition.to_dict(),
        schema=features.to_dict(),
        created_by=actor,
    )


def import_version(*, actor: User, service: Service, source: Path) -> ModelVersion:
    """Store an artifact (a folder, or a zip of one) and make it the service's next draft."""
    demand(actor, "version.import")
    service = steps.visible_service(actor, service.pk)
    try:
        artifact = store.keep(source)
        made_of = describe(artifact)
    except MLError as error:
        raise DomainError(
            "artifact_invalid", _("The artifact cannot be read or does not hold together.")
        ) from error
    manifests.check(manifests.Told.from_dict(artifact.manifest), service)
    return _draft(actor, service, artifact, made_of)


@transaction.atomic
def _draft(
    actor: User, service: Service, artifact: Artifact, made_of: Mapping[str, Any] | None
) -> ModelVersion:
    Service.objects.select_for_update(no_key=True).get(pk=service.pk)  # numbers follow each other
    last = service.versions.aggregate(last=Max("number"))["last"] or 0
    version = ModelVersion.objects.create(
        service=service,
        number=last + 1,
        digest=artifact.digest,
        manifest=dict(artifact.manifest),
        contradiction_notes=dict(service.definition.contradiction_notes),
        created_by=actor,
    )
    if made_of is not None:
        VersionStructure.objects.create(version=version, made_of=dict(made_of))
    VersionEvent.objects.create(version=version, to_state=State.DRAFT, by=actor)
    audit.record(
        actor=actor, act="version.import", what=str(version.pk), detail={"service": service.slug}
    )
    return version


@transaction.atomic
def explain_contradiction(
    *, actor: User, version: ModelVersion, feature: str, note: Mapping[str, str]
) -> ModelVersion:
    """Write, in both languages, why a direction of the model is against the usual one.

    What is written after the reviewer signed is signed by nobody: back to the reviewer.
    """
    demand(actor, "version.explain")
    version = steps.held(actor, version, State.DRAFT, State.SUBMITTED, State.APPROVED)
    if not has_both_languages(note):
        raise DomainError("language_missing", _("Explain it in both languages."))
    version.contradiction_notes = {**version.contradiction_notes, feature: dict(note)}
    version.save(update_fields=["contradiction_notes"])
    audit.record(
        actor=actor, act="version.explain", what=str(version.pk), detail={"feature": feature}
    )
    signing.return_if_changed(actor, version)
    return version


@transaction.atomic
def answer_finding(
    *, actor: User, version: ModelVersion, finding: str, words: str
) -> FindingAnswer:
    """Say in words what a finding in the training table means; part of what is signed."""
    demand(actor, "version.answer")
    version = steps.held(actor, version, State.SUBMITTED)
    steps.require_other_eyes(actor, version)
    if finding not in [known.key for known in findings.of(version)]:
        raise DomainError("finding_not_found", _("The model has no such finding."), status=404)
    if not words.strip():
        raise DomainError(
            "answer_missing",
            _("Answer the finding in words."),
            pointers=[Pointer("/words", "required", _("Needs an answer."))],
        )
    answer = FindingAnswer.objects.create(
        version=version, finding=finding, words=words.strip()[:600], by=actor
    )
    audit.record(
        actor=actor, act="version.answer", what=str(version.pk), detail={"finding": finding}
    )
    return answer


@transaction.atomic
def submit_version(*, actor: User, version: ModelVersion) -> ModelVersion:
    """Ask for a review."""
    demand(actor, "version.submit")
    version = steps.held(actor, version, State.DRAFT)
    version.submitted_by, version.submitted_at = actor, timezone.now()
    return steps.move(actor, version, State.SUBMITTED, "version.submit")


@transaction.atomic
def approve_version(*, actor: User, version: ModelVersion, note: str = "") -> ModelVersion:
    """Sign for a version: another person than the one who submitted it."""
    demand(actor, "version.approve")
    version = steps.held(actor, version, State.SUBMITTED)
    steps.require_other_eyes(actor, version)
    findings.require_answers(version)
    version.approved_by, version.approved_at = actor, timezone.now()
    version.approval_note = note[:300]
    version.signed_sheet = version.service.sheet
    version.signed_digest = signing.digest(version)
    return steps.move(actor, version, State.APPROVED, "version.approve", reason=note)


@transaction.atomic
def reject_version(*, actor: User, version: ModelVersion, reason: str) -> ModelVersion:
    demand(actor, "version.reject")
    version = steps.held(actor, version, State.SUBMITTED)
    return steps.move(actor, version, State.REJECTED, "version.reject", reason=steps.given(reason))


def publish_version(*, actor: User, version: ModelVersion, reason: str) -> ModelVersion:
    """Let clinicians run it. The version that was published until now retires with it.

    Refused, and back with the reviewer, where it is not what was signed any more.
    """
    demand(actor, "version.publish")
    with transaction.atomic():
        version = steps.held(actor, version, State.APPROVED)
        if not signing.return_if_changed(actor, version):
            return _publish(actor, version, reason)
    raise DomainError(
        "changed_after_signature",
        _("This was changed after it was signed. It is submitted again: look at it, then sign."),
        status=409,
    )


def _publish(actor: User, version: ModelVersion, reason: str) -> ModelVersion:
    open_ones = contradictions.unexplained(version)
    if open_ones:
        raise DomainError(
            "contradiction_unexplained",
            _("Each direction against the usual one needs an explanation in both languages."),
            status=409,
            pointers=contradictions.pointers(open_ones),
        )
    findings.require_answers(version)
    formerly = version.service.versions.filter(state__in=[State.PUBLISHED, State.STOPPED])
    for former in formerly.select_for_update(of=("self",)):
        steps.move(actor, former, State.RETIRED, "version.retire")
    version.published_by, version.published_at = actor, timezone.now()
    why = steps.given(reason)
    return steps.move(actor, version, State.PUBLISHED, "version.publish", reason=why)


@transaction.atomic
def stop_version(*, actor: User, version: ModelVersion, reason: str) -> ModelVersion:
    """Stop at once: queued runs end refused, open pages say so at their next look."""
    demand(actor, "version.stop")
    version = steps.held(actor, version, State.PUBLISHED)
    return steps.move(actor, version, State.STOPPED, "version.stop", reason=steps.given(reason))


@transaction.atomic
def resume_version(*, actor: User, version: ModelVersion, reason: str = "") -> ModelVersion:
    demand(actor, "version.resume")
    version = steps.held(actor, version, State.STOPPED)
    if version.signed_digest and not signing.is_as_signed(version):
        raise DomainError(
            "changed_after_signature", _("This is not what was signed any more."), status=409
        )
    return steps.move(actor, version, State.PUBLISHED, "version.resume", reason=reason)


@transaction.atomic
def retire_version(*, actor: User, version: ModelVersion, reason: str = "") -> ModelVersion:
    demand(actor, "version.retire")
    version = steps.held(actor, version, State.PUBLISHED, State.STOPPED)
    return steps.move(actor, version, State.RETIRED, "version.retire", reason=reason)
