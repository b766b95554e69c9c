"""One step of a version's life: who may take it, from which state, and what it leaves behind."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from diagnosis.registry.models import ModelVersion, Service, VersionEvent
from medportal.common.errors import DomainError, Pointer


def visible_service(actor: User, pk: Any) -> Service:
    service = Service.objects.visible_to(actor).filter(pk=pk).first()
    if service is None:
        raise DomainError("service_not_found", _("No such service."), status=404)
    return service


def held(actor: User, version: ModelVersion, *states: str) -> ModelVersion:
    """The version, locked, if the actor may see it and it is in one of ``states``."""
    visible = ModelVersion.objects.visible_to(actor).filter(pk=version.pk)
    service = Service.objects.select_for_update(no_key=True).filter(versions__in=visible).first()
    if service is None:
        raise DomainError("version_not_found", _("No such model version."), status=404)
    found = ModelVersion.objects.select_for_update(no_key=True, of=("self",)).get(pk=version.pk)
    if found.state not in states:
        raise DomainError(
            "version_state", _("The model version is not in a state that allows this."), status=409
        )
    found.service = service
    return found


def require_other_eyes(actor: User, version: ModelVersion) -> None:
    """Who made or submitted a version does not judge it."""
    if actor.pk in (version.submitted_by_id, version.created_by_id):
        raise DomainError(
            "four_eyes", _("Somebody else must approve what you made or submitted."), status=403
        )


def given(reason: str) -> str:
    """A reason that somebody wrote; a stop or a rejection without one helps nobody."""
    if not reason.strip():
        raise DomainError(
            "reason_missing",
            _("Give a reason."),
            pointers=[Pointer("/reason", "required", _("Give a reason."))],
        )
    return reason.strip()[:300]


def move(
    actor: User, version: ModelVersion, to: str, act: str, *, reason: str = ""
) -> ModelVersion:
    """Store the step with its event; the caller holds the row's lock."""
    before = version.state
    version.state = to
    try:
        with transaction.atomic():
            version.save()
    except IntegrityError as error:
        raise DomainError(
            "version_state", _("Another version was published meanwhile."), status=409
        ) from error
    VersionEvent.objects.create(
        version=version, from_state=before, to_state=to, by=actor, reason=reason[:300]
    )
    audit.record(
        actor=actor,
        act=act,
        what=str(version.pk),
        why=reason[:240],
        detail={
            "service": version.service.slug,
            "number": version.number,
            "sheet": version.sheet.number,
        },
    )
    return version
