"""How sure a result is, in two sentences and one bar."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnosis.inference.further.uncertainty import Sureness, sureness
from diagnosis.inference.models import Prediction
from diagnosis.portal.words.figures import percent, percent_range
from diagnosis.results.frequency import halves
from diagnosis.results.pictures.rounding import whole
from medportal.common.text import localized

HARDLY, PARTLY = 0.05, 0.2


@dataclass(frozen=True)
class SurenessPanel:
    """``could`` and ``could_not`` are shares in words; ``width`` is the first part of the bar."""

    stays: str
    goes: str
    could: str
    could_not: str
    width: int
    refits: int


def sureness_panel(prediction: Prediction) -> SurenessPanel | None:
    """None where nobody can say."""
    found = sureness(prediction)
    if found is None:
        return None
    return SurenessPanel(
        stays=_stays(prediction, found),
        goes=_goes(prediction, found),
        could=percent(found.reducible),
        could_not=percent(1 - found.reducible),
        width=max(1, whole(found.reducible)),
        refits=found.refits,
    )


def _stays(prediction: Prediction, found: Sureness) -> str:
    """What no number of further patients would settle."""
    parts = halves(found.estimate)
    event = localized(prediction.definition.sentence.event)
    return _(
        "Of 100 with the same inputs, %(count)s %(event)s. Nothing among the inputs tells which, "
        "and more patients to learn from would not change that."
    ) % {"count": parts.with_event, "event": event}


def _goes(prediction: Prediction, found: Sureness) -> str:
    """What further patients could settle, with the range that they could narrow."""
    headline = prediction.answer.headline if prediction.answer else None
    interval = headline.interval if headline else None
    between = percent_range(*interval) if interval else percent(found.estimate)
    if found.reducible < HARDLY:
        template = _(
            "With more patients the number itself could become surer (today %(between)s), but "
            "that is hardly any of what is uncertain here."
        )
    elif found.reducible < PARTLY:
        template = _(
            "With more patients the number itself could become surer (today %(between)s); that "
            "is a small part of what is uncertain here."
        )
    else:
        template = _(
            "With more patients the number itself could become much surer (today %(between)s): "
            "the model has seen few patients like this one."
        )
    return template % {"between": between}
