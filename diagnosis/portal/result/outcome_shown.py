"""What happened to the patient of a result: the event in the words of its service."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from diagnosis.inference.models import Outcome, Prediction
from medportal.common.moments import day
from medportal.common.text import localized


@dataclass(frozen=True)
class Happened:
    """The event, whether it came, and when, ready to be written down."""

    event: str
    said: str
    since: str
    source: str


def what_happened(user: User, prediction: Prediction) -> Happened | None:
    """Only after a decision, and only what is no longer sealed."""
    if prediction.patient_id is None or prediction.decided_at is None:
        return None
    found = (
        Outcome.objects.visible_to(user)
        .open()
        .filter(service=prediction.service_id, patient=prediction.patient_id)
        .order_by("-occurred_on")
        .first()
    )
    if found is None:
        return None
    return Happened(
        event=localized(prediction.definition.sentence.event),
        said=_said(prediction, found),
        since=_since(prediction, found),
        source=found.source,
    )


def _said(prediction: Prediction, found: Outcome) -> str:
    if found.event:
        return _("yes")
    kind = prediction.kind
    return _("not until then") if kind is not None and kind.censors else _("no")


def _since(prediction: Prediction, found: Outcome) -> str:
    """The day; of one that was moved into the future with its table, how long after the data."""
    if found.occurred_on <= timezone.localdate():
        return day(found.occurred_on)
    ahead = (found.occurred_on - timezone.localdate(prediction.index_at)).days
    return ngettext(
        "%(days)s day after the data of this result",
        "%(days)s days after the data of this result",
        ahead,
    ) % {"days": ahead}
