"""An answer of the audit trail as a table for another program; no cell of it is a formula."""

from __future__ import annotations

from collections.abc import Sequence

from accounts import acts
from accounts.models import AuditEvent, User
from diagnosis.portal.audit import trail
from medportal.common import cells

COLUMNS = (
    "at", "who", "act", "act_code", "outcome", "patients", "care_relation_today", "object",
    "reason", "from", "channel", "request", "number", "token", "token_issuer",
)  # fmt: skip


def table_of(officer: User, events: Sequence[AuditEvent]) -> str:
    """One line an event. Patients by their opaque ids alone: a file outlives who may read it."""
    return cells.table(COLUMNS, map(_cells, trail.lines(officer, events)))


def _cells(line: trail.Line) -> list[str]:
    event = line.event
    is_opening = event.act in acts.OPENING and bool(event.patients)
    relation = ("none" if line.lacks_relation else "yes") if is_opening else ""
    return [
        event.at.isoformat(timespec="seconds"),
        event.actor_name,
        line.act,
        event.act,
        event.outcome,
        " ".join(map(str, event.patients)),
        relation,
        event.what,
        event.why,
        event.source,
        event.channel,
        event.request_id,
        str(event.sequence),
        str(event.token_id or ""),
        event.token_issuer,
    ]
