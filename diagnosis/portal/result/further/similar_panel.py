"""Who of the reader's patients has alike reasons, and what became of all of them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import User
from diagnosis.inference.further.similar import FEWEST, NEAR, Alike, Neighbour, alike
from diagnosis.inference.models import Prediction
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.inference.stored.entry import NOTHING
from diagnosis.ml import Feature
from diagnosis.portal.frame.identity import Identity, identities
from diagnosis.portal.words.figures import percent, percent_range
from diagnosis.portal.words.headline import estimate
from diagnosis.portal.words.inputs_shown import shown_input
from diagnosis.results.pictures.rounding import whole
from medportal.common.text import localized


@dataclass(frozen=True)
class AlikeRow:
    """One patient with the result, how far apart, and what differs most."""

    prediction: Prediction
    who: Identity
    estimate: str
    apart: str
    differs: tuple[str, ...]


@dataclass(frozen=True)
class AlikePanel:
    rows: tuple[AlikeRow, ...]
    count: int
    compared: int
    near: int
    fewest: int
    known: int
    events: int
    rate: str
    rates: str
    event: str
    is_counted: bool = True
    """A count would be wrong where some are lost before the horizon."""

    @property
    def patients(self) -> list[UUID]:
        """Whose names are shown."""
        return [row.who.patient.pk for row in self.rows]


def alike_panel(user: User, prediction: Prediction) -> AlikePanel | None:
    """None where the reasons of this result are not there to compare."""
    found = alike(user, prediction)
    if found is None:
        return None
    tally = found.tally
    return AlikePanel(
        rows=tuple(_rows(user, prediction, found)),
        count=found.count,
        compared=found.compared,
        near=whole(NEAR),
        fewest=FEWEST,
        known=tally.known if tally else 0,
        events=tally.events if tally else 0,
        rate=percent(tally.events / tally.known) if tally else "",
        rates=percent_range(tally.lower, tally.upper) if tally else "",
        event=localized(prediction.definition.sentence.event),
        is_counted=prediction.kind is None or not prediction.kind.censors,
    )


def _rows(user: User, prediction: Prediction, found: Alike) -> list[AlikeRow]:
    shown = [one.prediction.pk for one in found.neighbours]
    rows = Prediction.objects.visible_to(user).filter(pk__in=shown).select_related("patient")
    whole_rows = {row.pk: row for row in rows}
    patients = [row.patient for row in whole_rows.values() if row.patient is not None]
    who = identities(patients)
    features = {feature.name: feature for feature in schema_of(prediction.version)}
    return [
        _row(whole_rows[one.prediction.pk], one, who, features)
        for one in found.neighbours
        if one.prediction.pk in whole_rows
    ]


def _row(
    prediction: Prediction,
    found: Neighbour,
    who: Mapping[Any, Identity],
    features: Mapping[str, Feature],
) -> AlikeRow:
    inputs = prediction.snapshot
    shown = (shown_input(features[name], inputs.get(name, NOTHING)) for name in found.differs)
    return AlikeRow(
        prediction=prediction,
        who=who[prediction.patient_id],
        estimate=estimate(prediction.headline),
        apart=str(whole(found.distance)),
        differs=tuple(f"{one.label} {one.value}".strip() for one in shown),
    )
