"""How somebody last looked at the worklist, kept until their session ends; and who comes next."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from accounts.models import User
from diagnosis.inference.lists.worklist import WorklistFilter, by_shown_risk, worklist_for
from diagnosis.inference.models import Job, Prediction

KEPT, AFTER = "worklist", "worklist-after"
LOOKED_AT = 200
"""How far down the list the next patient is looked for."""


@dataclass(frozen=True)
class Filters:
    """Words of the address alone: nothing about a patient."""

    show: str = ""
    service: str = ""
    risk: str = ""

    @property
    def by_risk(self) -> bool:
        """Only within one service: there its probabilities mean the same."""
        return bool(self.service and self.risk)


NAMES = tuple(asdict(Filters()))
LONGEST = 60


def filters_of(request: HttpRequest) -> Filters:
    """What the address asks for; an address that asks for nothing gets what was asked last."""
    if not any(name in request.GET for name in NAMES):
        return _last(request)
    asked = Filters(**{name: request.GET.get(name, "")[:LONGEST] for name in NAMES})
    if asked != _last(request):
        request.session[KEPT] = asdict(asked)
    return asked


@dataclass(frozen=True)
class NextPatient:
    """The next undecided result in the worklist's order, and how many there are."""

    prediction: UUID
    waiting: int

    @property
    def count(self) -> str:
        return f"{self.waiting}+" if self.waiting >= LOOKED_AT else str(self.waiting)


def _waiting(user: User, filters: Filters) -> list[UUID]:
    wanted = WorklistFilter(service=filters.service, state="undecided", mine=filters.show == "mine")
    rows: Any = worklist_for(user, wanted)
    if filters.by_risk:
        rows = by_shown_risk(rows.filter(state=Job.State.DONE), user)
    return list(rows.values_list("pk", flat=True)[:LOOKED_AT])


def keep_place(request: HttpRequest, user: User, prediction: Prediction) -> None:
    """Whom this result stands before, noted while it still stands in the list."""
    rows = _waiting(user, _last(request))
    if prediction.pk in rows:
        after = rows[rows.index(prediction.pk) + 1 :][:1]
        request.session[AFTER] = {str(prediction.pk): str(*after)}


def next_patient(request: HttpRequest, user: User, prediction: Prediction) -> NextPatient | None:
    """Who follows; after the last of the list its first. Nobody: nothing waits."""
    rows = [pk for pk in _waiting(user, _last(request)) if pk != prediction.pk]
    if not rows:
        return None
    noted = (request.session.get(AFTER) or {}).get(str(prediction.pk), "")
    following = next((pk for pk in rows if str(pk) == noted), rows[0])
    return NextPatient(following, len(rows))


def _last(request: HttpRequest) -> Filters:
    kept = request.session.get(KEPT) or {}
    return Filters(**{name: str(kept.get(name, "")) for name in NAMES})
