"""Going through a training ward: begin a round, and estimate one case after the other."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from accounts.rights import demand
from diagnosis.inference.before import permission
from diagnosis.inference.before.own_estimate import choice_named
from diagnosis.inference.models import WardAnswer, WardRound
from diagnosis.ml import ArtifactError
from diagnosis.registry.models import ModelVersion, Service, WardCase
from diagnosis.registry.versions.store import load_artifact
from diagnosis.registry.versions.ward_cases import readable
from medportal.common.errors import DomainError


@transaction.atomic
def begin_ward(*, actor: User, service: str) -> WardRound:
    """The round that is open, or a new one; whoever went through before repeats."""
    demand(actor, "ward.begin")
    found = permission.service_of(actor, service)
    cases = WardCase.objects.of(found)
    first = cases.first()
    if first is None:
        raise DomainError("no_ward", _("This service has no training ward."), status=404)
    permission.published_version(found)
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=actor.pk)  # one round a time
    before = WardRound.objects.visible_to(actor).filter(service=found)
    opened: WardRound | None = before.filter(finished_at=None).first()
    if opened is not None:
        return opened
    row = WardRound.unscoped.create(
        service=found, edition=first.edition, by=actor, is_repeat=before.exists()
    )
    audit.record(actor=actor, act="ward.begin", what=found.slug, detail={"repeat": row.is_repeat})
    return row


@transaction.atomic
def answer_case(*, actor: User, service: str, number: int, choice: str) -> WardAnswer:
    """Store the estimate and ask the model; from now on it is told what happened."""
    demand(actor, "ward.answer")
    found = permission.service_of(actor, service)
    walked = _open_round(actor, found)
    case = WardCase.objects.filter(service=found, edition=walked.edition, number=number).first()
    answers = WardAnswer.objects.visible_to(actor).filter(round=walked)
    if case is None or number != answers.count() + 1:
        raise DomainError("ward_case", _("This case is not the next one."), status=409)
    tapped = choice_named(found.definition, choice)
    version = permission.published_version(found)
    row = WardAnswer.unscoped.create(
        round=walked,
        case=case,
        value=tapped.middle,
        lower=tapped.lower,
        upper=tapped.upper,
        version=version,
        probability=_probability(version, case),
    )
    if not WardCase.objects.filter(
        service=found, edition=walked.edition, number=number + 1
    ).exists():
        walked.finished_at = timezone.now()
        walked.save(update_fields=["finished_at"])
    audit.record(
        actor=actor,
        act="ward.answer",
        what=f"{found.slug}/{number}",
        detail={"finished": walked.finished_at is not None, "repeat": walked.is_repeat},
    )
    return row


def _open_round(actor: User, service: Service) -> WardRound:
    rows = WardRound.objects.visible_to(actor).filter(service=service, finished_at=None)
    found: WardRound | None = rows.select_for_update(no_key=True, of=("self",)).first()
    if found is None:
        raise DomainError("ward_not_begun", _("Begin the training ward first."), status=409)
    return found


def _probability(version: ModelVersion, case: WardCase) -> float:
    """Computed here and now, by the version that answers today."""
    try:
        artifact = load_artifact(version)
    except ArtifactError as error:
        raise DomainError(
            "model_unreadable", _("The model cannot be read now. Try again later."), status=409
        ) from error
    answers = artifact.predict_matrix(
        artifact.schema.matrix([readable(artifact.schema, case.inputs)])
    )
    return float(answers[0])
