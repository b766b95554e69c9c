"""All results of one service for one patient, as they followed each other."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from diagnosis.inference.further.change import Change, change_between
from diagnosis.inference.models import Prediction
from diagnosis.records.models import Patient
from diagnosis.registry.models import Service
from diagnosis.results import offers
from diagnosis.results.kind import Panel
from medportal.common.errors import DomainError

MOST = 60


def seen_service(actor: User, slug: str) -> Service:
    """The service, if the actor may see its results; 404 alike for hidden and missing."""
    service = Service.objects.met_by(actor).filter(slug=slug).first()
    if service is None:
        raise DomainError("service_not_found", _("No such service."), status=404)
    if not offers(service.definition, Panel.TREND, service.sheet.features):
        text = _("Answers of this kind are not compared over time.")
        raise DomainError("no_trend", text, status=404)
    return service


def results_over_time(user: User, patient: Patient, service: Service) -> list[Prediction]:
    """The newest of them, the oldest first; simulations and withdrawn results are none."""
    rows: Any = (
        Prediction.objects.visible_to(user)
        .countable()
        .filter(patient=patient, service=service, state=Prediction.State.DONE)
        .select_related("version", "version__service", "service")
        .defer("version__manifest")
        .order_by("-index_at", "-requested_at")[:MOST]
    )
    return list(rows)[::-1]


def chosen_two(
    results: list[Prediction], first: str | None, second: str | None
) -> tuple[Prediction, Prediction] | None:
    """The two asked for, the earlier first; the last two where nobody asked; None for one.

    Raises LookupError for one that is not among the results.
    """
    if len(results) < 2:
        return None
    by_id = {str(one.pk): one for one in results}
    now = by_id[second] if second else results[-1]
    others = [one for one in results if one.pk != now.pk]
    before = by_id[first] if first else others[max(results.index(now) - 1, 0)]
    if before.pk == now.pk:
        before = others[-1]
    earlier, later = sorted((before, now), key=results.index)
    return earlier, later


def change_of(two: tuple[Prediction, Prediction] | None) -> Change | None:
    return None if two is None else change_between(*two)
