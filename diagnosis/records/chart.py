"""The read model of the chart: everything on the page, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diagnosis.records import derived, results
from diagnosis.records.models import (
    Allergy,
    Condition,
    Encounter,
    Medication,
    Note,
    Observation,
    Patient,
    PatientIdentifier,
)
from diagnosis.records.panels import Panel, panels_of
from diagnosis.records.results import Group, Line

MOST_OBSERVATIONS = 3000
MOST_NOTES = 50
RECENT = timedelta(days=365)

NOT_HELD: tuple[str | Promise, ...] = (
    _("resuscitation status"),
    _("advance directives"),
    _("images and scanned documents"),
)
"""What a reader might look for here in vain, said on the page."""


@dataclass(frozen=True)
class Chart:
    """One patient's chart as it is at ``at``; for callers who already went through the gate."""

    patient: Patient
    at: datetime
    identifiers: tuple[PatientIdentifier, ...]
    conditions: tuple[Condition, ...]
    medications: tuple[Medication, ...]
    allergies: tuple[Allergy, ...]
    encounters: tuple[Encounter, ...]
    notes: tuple[Note, ...]
    lines: dict[str, Line]
    derived: tuple[derived.Derived, ...]
    is_cut: bool

    @property
    def problems(self) -> list[Condition]:
        """Active and suspected ones."""
        return [c for c in self.conditions if c.status != Condition.Status.RESOLVED]

    @property
    def past_problems(self) -> list[Condition]:
        return [c for c in self.conditions if c.status == Condition.Status.RESOLVED]

    @property
    def current_medications(self) -> list[Medication]:
        return [m for m in self.medications if m.status == Medication.Status.ACTIVE]

    @property
    def past_medications(self) -> list[Medication]:
        return [m for m in self.medications if m.status == Medication.Status.STOPPED]

    @property
    def groups(self) -> list[Group]:
        """Every result by family."""
        return results.grouped(self.lines)

    @property
    def panels(self) -> list[Panel]:
        return panels_of(self.lines)

    @property
    def abnormal(self) -> list[Line]:
        """Lines whose newest result is out of range and not older than a year, as in the chart."""
        ordered = (line for group in self.groups for line in group.lines)
        flagged = (line for line in ordered if line.latest.flag or line.latest.critical)
        return [line for line in flagged if line.latest.observed_at > self.at - RECENT]

    @property
    def most_notes(self) -> int:
        return MOST_NOTES

    @property
    def not_held(self) -> tuple[str | Promise, ...]:
        return NOT_HELD


def read_chart(patient: Patient, at: datetime | None = None, *, as_read: bool = False) -> Chart:
    """Read the whole chart: seven queries, however much it holds.

    ``as_read``: results in the units that the reader prefers, for a page.
    """
    moment = at or timezone.now()
    rows = list(
        Observation.unscoped.valid()
        .filter(patient=patient, observed_at__lte=moment)
        .select_related("recorded_by")
        .order_by("-observed_at", "-recorded_at")[: MOST_OBSERVATIONS + 1]
    )
    lines = results.lines_of(rows[:MOST_OBSERVATIONS], as_read=as_read)
    return Chart(
        patient=patient,
        at=moment,
        identifiers=tuple(PatientIdentifier.unscoped.filter(patient=patient).order_by("pk")),
        conditions=tuple(
            Condition.unscoped.filter(patient=patient)
            .exclude(status=Condition.Status.ENTERED_IN_ERROR)
            .order_by("-onset_on", "label")
        ),
        medications=tuple(
            Medication.unscoped.filter(patient=patient)
            .exclude(status=Medication.Status.ENTERED_IN_ERROR)
            .order_by("label")
        ),
        allergies=tuple(Allergy.unscoped.standing().filter(patient=patient).order_by("substance")),
        encounters=tuple(
            Encounter.unscoped.standing().filter(patient=patient).order_by("-started_at")
        ),
        notes=tuple(
            Note.unscoped.standing().filter(patient=patient).order_by("-written_at")[:MOST_NOTES]
        ),
        lines=lines,
        derived=tuple(derived.derive_all(patient, _readable(lines.values()))),
        is_cut=len(rows) > MOST_OBSERVATIONS,
    )


def _readable(lines: Iterable[Line]) -> dict[str, Observation]:
    """The newest row of each line; whoever computes from it refuses what it can not read."""
    return {line.key: line.latest.row for line in lines}


def history(patient: Patient, observation_id: UUID) -> list[Observation]:
    """All that ever stood in the place of one value, the newest first; empty if it is not there."""
    rows = {
        row.pk: row
        for row in Observation.unscoped.filter(patient=patient)
        .filter(pk__in=_chain(patient, observation_id))
        .select_related("recorded_by")
    }
    replaced_by = {row.replaces_id: row for row in rows.values() if row.replaces_id}
    first = next((row for row in rows.values() if row.replaces_id is None), None)
    ordered: list[Observation] = []
    while first is not None:
        ordered.append(first)
        first = replaced_by.get(first.pk)
    return ordered[::-1]


def _chain(patient: Patient, observation_id: UUID) -> set[UUID]:
    """The ids of the corrections that lead to and from one row."""
    links = dict(
        Observation.unscoped.filter(patient=patient, replaces__isnull=False).values_list(
            "pk", "replaces_id"
        )
    )
    forward = {old: new for new, old in links.items()}
    found = {observation_id}
    for steps in (links, forward):
        step = steps.get(observation_id)
        while step is not None and step not in found:
            found.add(step)
            step = steps.get(step)
    return found
