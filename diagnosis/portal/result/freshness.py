"""«Newer data since: bilirubin 14:10», in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis.inference.before.newer import NewerValue, newer_data_since
from diagnosis.inference.models import Prediction
from diagnosis.portal.words.inputs_shown import value_text
from diagnosis.portal.words.wording import clock, day_time


@dataclass(frozen=True)
class Newer:
    """One input with its newer value."""

    label: str
    value: str
    at: str


def _written(at: datetime) -> str:
    """The clock alone for a value of today."""
    today = timezone.localtime(at).date() == timezone.localdate()
    return clock(at) if today else day_time(at)


def _shown(found: NewerValue) -> Newer:
    row = found.observation
    value = row.value_code if row.value_number is None else row.value_number
    return Newer(
        label=found.label,
        value=_("withdrawn") if found.is_withdrawn else value_text(found.feature, value, row.unit),
        at=_written(found.observed_at),
    )


def newer_data(prediction: Prediction) -> list[Newer]:
    """Inputs of a finished run for which the chart has a newer value now."""
    if prediction.state != Prediction.State.DONE or prediction.is_what_if:
        return []
    return [_shown(found) for found in newer_data_since(prediction)]
