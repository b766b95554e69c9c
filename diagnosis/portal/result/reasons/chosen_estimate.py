"""Of which estimate of an answer the reasons are looked at: chosen by a link, never kept."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.functional import Promise

from accounts.models import User
from diagnosis.inference import actions
from diagnosis.inference.models import OF_THE_RUN, Job, Prediction
from diagnosis.portal.charts.arranging import Arrangement
from diagnosis.portal.result.reasons.chosen_view import Choice, groupings, orders
from medportal.common.errors import DomainError
from medportal.common.text import localized

ASKED = "estimate"


@dataclass(frozen=True)
class Chosen:
    """``key`` is what the row of its explanation is called; empty for that of the run."""

    key: str = OF_THE_RUN
    label: str = ""
    refused: str | Promise = ""
    """Why its reasons are not computed now."""

    @property
    def query(self) -> str:
        """What an address carries on; empty for that of the run."""
        return f"&{urlencode({ASKED: self.key})}" if self.key else ""


def chosen(request: HttpRequest, user: User, prediction: Prediction) -> Chosen:
    """What the address asks for, queued where nobody has asked before; else that of the run."""
    names = () if prediction.is_withheld else prediction.explained
    name = request.GET.get(ASKED, "")
    if len(names) < 2:
        return Chosen()
    if name not in names[1:] or prediction.state != Job.State.DONE:
        return Chosen(label=_label(prediction, names[0]))
    label = _label(prediction, name)
    try:
        actions.request_explanation(actor=user, prediction=prediction, estimate=name)
    except DomainError as error:
        return Chosen(name, label, error.message)
    return Chosen(name, label)


@dataclass(frozen=True)
class Switches:
    """The choices beside the reasons of a result."""

    prediction: Prediction
    chosen: Chosen
    arrangement: Arrangement

    @property
    def estimates(self) -> list[Choice]:
        """Whose reasons can be looked at, where there is a choice."""
        names = () if self.prediction.is_withheld else self.prediction.explained
        if len(names) < 2:
            return []
        return [
            Choice(
                name=f"estimate-{index}",
                label=_label(self.prediction, name),
                query=urlencode({ASKED: name}),
                is_chosen=(name if index else OF_THE_RUN) == self.chosen.key,
            )
            for index, name in enumerate(names)
        ]

    @property
    def orders(self) -> list[Choice]:
        return orders(self.arrangement)

    @property
    def groupings(self) -> list[Choice]:
        return groupings(self.arrangement)


def _label(prediction: Prediction, name: str) -> str:
    kind = prediction.kind
    return localized(kind.called(prediction.definition, name)) if kind else name
