"""What happened to the patient of a result: the event in the words of its service."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import User
from diagnosis.inference.models import Outcome, Prediction
from medportal.common.text import localized


def what_happened(user: User, prediction: Prediction) -> dict[str, Any] | None:
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
    ahead = (found.occurred_on - timezone.localdate(prediction.index_at)).days
    sentence = prediction.definition.sentence
    kind = prediction.kind
    return {
        "outcome": found,
        "is_until": kind is not None and kind.censors,
        "days_after": ahead if found.occurred_on > timezone.localdate() else None,
        "event": localized(sentence.event),
        "not_event": localized(sentence.not_event),
    }
