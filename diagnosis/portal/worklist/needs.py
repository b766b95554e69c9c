"""The nurse's round: which inputs runs were refused for, patient by patient."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from diagnosis.inference.lists.worklist import worklist_for
from diagnosis.inference.models import Job, Prediction
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.portal.frame.identity import Identity, identities
from diagnosis.portal.frame.services_panel import own_source
from medportal.common.text import localized

CURABLE = ("required_input_missing", "input_too_old", "chart_value_unreadable")
MOST = 50


@dataclass(frozen=True)
class Needed:
    label: str
    code: str


@dataclass(frozen=True)
class Need:
    """One patient for whom a service waits for values."""

    who: Identity
    prediction: Prediction
    inputs: list[Needed]


def needs_of(user: User) -> list[Need]:
    waiting = {"state": Job.State.REFUSED, "dismissed_at": None, "decided_at": None}
    refused = worklist_for(user).filter(**waiting)[:MOST]
    found = [(row, _inputs(row)) for row in refused]
    curable = [(row, inputs) for row, inputs in found if inputs]
    people = identities(row.patient for row, _inputs in curable)
    return [Need(people[row.patient_id], row, inputs) for row, inputs in curable]


def _inputs(prediction: Prediction) -> list[Needed]:
    refused = prediction.refused
    grounds = [g for g in (refused.grounds if refused else ()) if g.code in CURABLE]
    names = list(dict.fromkeys(name for ground in grounds for name in ground.features))
    schema = schema_of(prediction.version)
    features = [schema[name] for name in names if name in schema]
    return [
        Needed(localized(feature.label), source.code)
        for feature in features
        if (source := own_source(feature)) is not None
    ]
