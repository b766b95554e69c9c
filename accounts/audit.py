"""The one writer of the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction

from accounts import request_facts
from accounts.models import AuditEvent, Organisation, User

Actor = User | AnonymousUser | None


def record(  # noqa: PLR0913  # an event has that many parts, and every action spells them out
    *,
    actor: Actor,
    act: str,
    patients: Iterable[UUID] = (),
    what: str = "",
    why: str = "",
    outcome: str = AuditEvent.Outcome.SUCCESS,
    detail: Mapping[str, Any] | None = None,
    organisation: Organisation | None = None,
) -> AuditEvent:
    """Write one event in the transaction of the act, so that neither stands without the other.

    ``organisation`` is for acts without an actor, such as loading the demonstration.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An audited act needs a transaction.")
    event = _event(actor, act, what=what, why=why, outcome=outcome, organisation=organisation)
    event.patients = list(dict.fromkeys(patients))
    event.detail |= detail or {}
    event.save(force_insert=True)
    return event


def record_refused(  # noqa: PLR0913  # as record
    *,
    actor: Actor,
    act: str,
    patients: Iterable[UUID] = (),
    what: str = "",
    why: str = "",
    outcome: str = AuditEvent.Outcome.REFUSED,
    detail: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Write one event of an act that did not happen, in a transaction of its own.

    Inside a request its boundary writes it, after the act was rolled back and before the answer
    goes out. Elsewhere it is written at once: call it outside the transaction that failed.
    """
    event = _event(actor, act, what=what, why=why, outcome=outcome)
    event.patients = list(dict.fromkeys(patients))
    event.detail |= detail or {}
    facts = request_facts.current()
    if facts.has_boundary:
        facts.refusals.append(event)
    else:
        write_apart([event])
    return event


def write_apart(events: Iterable[AuditEvent]) -> None:
    """Store ``events`` whatever became of the act; refuses to hang on a transaction around it."""
    with transaction.atomic(durable=True):
        for event in events:
            event.save(force_insert=True)


def _event(
    actor: Actor,
    act: str,
    *,
    what: str,
    why: str,
    outcome: str,
    organisation: Organisation | None = None,
) -> AuditEvent:
    facts = request_facts.current()
    event = AuditEvent(
        act=act,
        what=what[:120],
        why=why[:240],
        outcome=outcome,
        source=facts.source[:60],
        channel=facts.channel[:20],
        request_id=facts.request_id[:64],
        token_id=facts.token_id,
        token_issuer=facts.token_issuer[:150],
        detail={"command": facts.command} if facts.command else {},
        organisation_id=organisation.pk if organisation else None,
    )
    if isinstance(actor, User):
        event.actor_id = actor.pk
        event.actor_name = str(actor)[:150]
        event.organisation_id = event.organisation_id or actor.organisation_id
    return event
