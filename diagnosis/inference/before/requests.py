"""What a caller asks for, before anything of it is believed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder

from diagnosis.inference.before.facts import Facts
from diagnosis.inference.models import Prediction
from diagnosis.records.reading import Reading


@dataclass(frozen=True)
class ChartRead:
    """A chart as the request itself has read it for a form: what was checked there is what runs."""

    patient: UUID
    version: UUID
    at: datetime
    readings: Mapping[str, Reading]
    facts: Facts | None = None
    """For the rules; None: whoever needs them reads them."""


@dataclass(frozen=True)
class PredictionRequest:
    """One run of a service; ``inputs`` override the chart, None in them leaves a value out.

    ``include_stale`` names the features whose value is past its look-back and is used anyway;
    ``confirmations`` the codes of the rules that the caller confirms; ``store_answers`` writes
    what was answered on the form into the chart, so that nobody asks twice. ``chart`` is given by
    a form that has read it in the same request; nobody else's is believed.
    """

    service: str
    patient: UUID | str | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    confirmations: tuple[str, ...] = ()
    origin: str = Prediction.Origin.PORTAL
    own_estimate: float | None = None
    idempotency_key: str = ""
    index_at: datetime | None = None
    include_stale: tuple[str, ...] = ()
    store_answers: bool = False
    run_again_of: Prediction | None = None
    chart: ChartRead | None = None

    @property
    def is_what_if(self) -> bool:
        return self.origin == Prediction.Origin.WHAT_IF

    @property
    def digest(self) -> str:
        """Names the request: the same key with another one is a mistake of the caller."""
        asked = {
            "service": self.service,
            "patient": str(self.patient) if self.patient else None,
            "inputs": dict(self.inputs),
            "confirmations": sorted(self.confirmations),
            "origin": str(self.origin),
            "own_estimate": self.own_estimate,
            "index_at": self.index_at,
            "include_stale": sorted(self.include_stale),
        }
        text = json.dumps(asked, sort_keys=True, cls=DjangoJSONEncoder, default=str)
        return hashlib.sha256(text.encode()).hexdigest()
