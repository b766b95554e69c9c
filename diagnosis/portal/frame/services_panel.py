"""The panel «Services»: what is ready, what is nearly, what does not fit, and one step for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone

from diagnosis.inference.before import fitting
from diagnosis.inference.before.fitting import MissingInput, ServiceFit
from diagnosis.inference.models import Prediction
from diagnosis.inference.snapshot.inputs import is_personal, schema_of
from diagnosis.inputs.units import units_in_order
from diagnosis.ml import Feature, Source
from diagnosis.portal.words import wording
from diagnosis.records import codes
from diagnosis.records.codes import Code
from medportal.common.text import localized

SETTLED = Prediction.State.DONE


def own_source(feature: Feature) -> Source | None:
    """Where a value that is entered for this feature belongs in the chart."""
    return next(
        (s for s in feature.sources if s.kind == "observation" and s.above is None),
        None,
    )


@dataclass(frozen=True)
class Gap:
    """One input that the service still needs, with what a field for it has to know."""

    missing: MissingInput

    @property
    def name(self) -> str:
        return self.missing.feature.name

    @property
    def label(self) -> str:
        return localized(self.missing.feature.label)

    @property
    def burden(self) -> str:
        return localized(self.missing.feature.burden)

    @property
    def status(self) -> str:
        return self.missing.status

    @property
    def code(self) -> Code | None:
        source = own_source(self.missing.feature)
        return codes.find(source.code, source.system) if source else None

    @property
    def answers(self) -> list[tuple[str, str]]:
        code = self.code
        return [(a.value, localized(a.label)) for a in code.answers] if code else []

    @property
    def units(self) -> list[tuple[str, str]]:
        """Those that the service reads; the form finds the code that goes with each."""
        code = self.code
        if code is None or not code.needs_unit:
            return []
        return [(unit, wording.unit(unit)) for unit in units_in_order(self.missing.feature)]

    @property
    def must_choose_unit(self) -> bool:
        return self.missing.feature.unit_required


@dataclass(frozen=True)
class Entry:
    fit: ServiceFit
    runs: tuple[Prediction, ...] = ()
    """What counts of this service for this patient, the newest first."""

    @property
    def earlier(self) -> list[Prediction]:
        """Those before the last result, which stands by itself."""
        return [run for run in self.runs if self.last is None or run.pk != self.last.pk]

    @property
    def service(self) -> Any:
        return self.fit.service

    @property
    def status(self) -> str:
        return self.fit.status

    @property
    def gaps(self) -> list[Gap]:
        return [Gap(missing) for missing in self.fit.missing]

    @property
    def last(self) -> Prediction | None:
        return self.fit.last

    @property
    def is_begun(self) -> bool:
        """The chart holds something of what the service asks for beyond age and sex.

        Whoever has no described mass is not «nearly» ready for the service about masses.
        """
        if self.last is not None:
            return True
        schema = schema_of(self.fit.version)
        asked = [f.name for f in schema if f.required and not is_personal(f)]
        missing = {gap.name for gap in self.gaps}
        return any(name not in missing for name in asked)

    @property
    def is_pending(self) -> bool:
        return self.last is not None and not self.last.is_settled

    @property
    def has_result(self) -> bool:
        return self.last is not None and self.last.state == SETTLED


@dataclass(frozen=True)
class Panel:
    entries: list[Entry]
    runs: dict[UUID, tuple[Prediction, ...]] = field(default_factory=dict)

    def _of(self, *statuses: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.status in statuses]

    @property
    def ready(self) -> list[Entry]:
        return self._of(fitting.READY)

    @property
    def nearly(self) -> list[Entry]:
        return [entry for entry in self._of(fitting.NEARLY) if entry.is_begun]

    @property
    def confirm(self) -> list[Entry]:
        return self._of(fitting.CONFIRM)

    @property
    def lacking(self) -> list[Entry]:
        return [entry for entry in self._of(fitting.LACKING) if entry.is_begun]

    @property
    def untouched(self) -> list[Entry]:
        """The question does not arise from what the chart holds: listed, not offered."""
        return [entry for entry in self._of(fitting.NEARLY, fitting.LACKING) if not entry.is_begun]

    @property
    def unfit(self) -> list[Entry]:
        return self._of(fitting.NOT_FITTING)

    @property
    def elsewhere(self) -> list[tuple[Any, tuple[Prediction, ...]]]:
        """Results of services that have no entry of their own here, each with its service."""
        own = (self.ready, self.nearly, self.confirm, self.lacking, self.stopped, self.unfit)
        listed = {entry.service.pk for entries in own for entry in entries}
        return [(runs[0].service, runs) for key, runs in self.runs.items() if key not in listed]

    @property
    def stopped(self) -> list[Entry]:
        return self._of(fitting.STOPPED)

    @property
    def is_empty(self) -> bool:
        return not any(entry.status != fitting.NOT_OFFERED for entry in self.entries)

    @property
    def now(self) -> str:
        """As the form of an observation reads it."""
        return f"{timezone.localtime():%Y-%m-%dT%H:%M}"


def panel_of(fits: Iterable[ServiceFit], counted: Iterable[Prediction] = ()) -> Panel:
    """``counted``: the patient's results, the newest first."""
    runs: dict[UUID, tuple[Prediction, ...]] = {}
    for run in counted:
        runs[run.service.pk] = (*runs.get(run.service.pk, ()), run)
    return Panel([Entry(fit, runs.get(fit.service.pk, ())) for fit in fits], runs)
