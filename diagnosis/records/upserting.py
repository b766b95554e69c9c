"""Observations by source and identifier: sent again, they are there once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from diagnosis.records import rows
from diagnosis.records.models import Observation, Patient
from diagnosis.records.validation import Checked
from medportal.common.errors import DomainError

CHANGED_AT_SOURCE = "changed at the source"
Key = tuple[UUID, str]  # patient, identifier at the source


@dataclass(frozen=True)
class Upserted:
    """What became of one observation, in their order."""

    result: str  # created | updated | unchanged
    observation: UUID


def upsert(
    actor: User, source: str, patients: Mapping[UUID, Patient], checked: Mapping[Key, Checked]
) -> list[Upserted]:
    """Write what was checked; a fixed number of queries, however many there are."""
    report, new, replaced = _plan(actor, patients, checked, known(source, checked))
    Observation.unscoped.filter(pk__in=replaced).update(is_current=False)
    try:
        with transaction.atomic():
            Observation.unscoped.bulk_create(new)
    except IntegrityError as error:
        message = _("Another request is writing these observations. Send them again.")
        raise DomainError("conflict", message, status=409) from error
    return report


def known(source: str, keys: Mapping[Key, object]) -> dict[Key, Observation]:
    """The rows that stand there now under these identifiers, locked."""
    rows_there = Observation.unscoped.filter(
        is_current=True,
        source=source,
        patient__in={patient for patient, _identifier in keys},
        source_identifier__in={identifier for _patient, identifier in keys},
    ).select_for_update()
    return {(row.patient_id, row.source_identifier): row for row in rows_there}


def _plan(
    actor: User,
    patients: Mapping[UUID, Patient],
    checked: Mapping[Key, Checked],
    there: Mapping[Key, Observation],
) -> tuple[list[Upserted], list[Observation], list[UUID]]:
    report: list[Upserted] = []
    new: list[Observation] = []
    replaced: list[UUID] = []
    for key, good in checked.items():
        old = there.get(key)
        if old is not None and rows.same_content(old, good):
            report.append(Upserted("unchanged", old.pk))
            continue
        row = rows.build(patients[key[0]], good)
        row.recorded_by = actor
        if old is not None:
            _continue(old, row)
            replaced.append(old.pk)
        new.append(row)
        report.append(Upserted("created" if old is None else "updated", row.pk))
    return report, new, replaced


def _continue(old: Observation, row: Observation) -> None:
    """Let ``row`` take the place of ``old``, and say so in its status."""
    was_final = old.status in Observation.VALID
    if was_final and row.status == Observation.Status.FINAL:
        row.status = Observation.Status.CORRECTED
    row.replaces_id = old.pk
    row.panel_id = old.panel_id
    row.reason = CHANGED_AT_SOURCE
