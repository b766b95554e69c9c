"""Giving a service its training ward: twenty cases that no model learnt from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from accounts.rights import demand
from diagnosis.ml import FeatureSchema
from diagnosis.registry.models import Service, WardCase
from diagnosis.registry.sheet import answers
from diagnosis.registry.versions import steps
from medportal.common.errors import DomainError

CASES = 20
Value = float | str | None
FEWEST_OF_A_KIND = 3
"""With fewer that had the event, or had it not, nothing can be told apart."""


@dataclass(frozen=True)
class SealedCase:
    """Values in the units of the schema, and what happened."""

    inputs: Mapping[str, Value]
    happened: bool


@transaction.atomic
def define_ward(*, actor: User, service: Service, cases: Sequence[SealedCase]) -> list[WardCase]:
    """Store a new edition; rounds that were begun with the one before keep its cases."""
    demand(actor, "ward.define")
    service = steps.visible_service(actor, service.pk)
    _demand_events(service)
    _check(service.sheet.features, cases)
    Service.objects.select_for_update(no_key=True).get(pk=service.pk)
    last = WardCase.objects.filter(service=service).aggregate(last=Max("edition"))["last"] or 0
    rows = WardCase.objects.bulk_create(
        WardCase(
            service=service,
            edition=last + 1,
            number=number,
            inputs=dict(case.inputs),
            happened=case.happened,
        )
        for number, case in enumerate(cases, start=1)
    )
    audit.record(actor=actor, act="ward.define", what=service.slug, detail={"edition": last + 1})
    return rows


def _demand_events(service: Service) -> None:
    kind = answers.named(service.definition.kind)
    if kind is None or "ward" not in kind.panels:
        text = _("Practice is judged by whether an event came: {service} answers no such question.")
        raise DomainError("ward_of_another_kind", text.format(service=service.slug))


def readable(
    schema: FeatureSchema, inputs: Mapping[str, Value]
) -> dict[str, Value | dict[str, Value]]:
    """A case as the schema reads it: each number with the unit in which cases are kept."""
    return {
        f.name: {"value": inputs[f.name], "unit": f.unit} if f.unit else inputs[f.name]
        for f in schema
        if inputs.get(f.name) is not None
    }


def _check(schema: FeatureSchema, cases: Sequence[SealedCase]) -> None:
    with_event = sum(case.happened for case in cases)
    is_mixed = min(with_event, len(cases) - with_event) >= FEWEST_OF_A_KIND
    is_read = not any(schema.check([readable(schema, case.inputs) for case in cases]))
    if len(cases) != CASES or not is_mixed or not is_read:
        raise DomainError(
            "ward_invalid",
            _("A training ward holds twenty cases that the service can read, of both kinds."),
        )
