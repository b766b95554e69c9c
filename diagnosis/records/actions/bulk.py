"""Many observations from another system at once: sent again, they are there once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from diagnosis.records import access, rows, validation
from diagnosis.records.models import Observation, Patient
from diagnosis.records.validation import Checked, Given
from medportal.common.errors import DomainError, Pointer

MOST = 1000
Key = tuple[UUID, str]  # patient, identifier at the source


@dataclass(frozen=True)
class Item:
    """One observation of a bulk; its source identifier says which one it is."""

    patient: UUID
    given: Given


@dataclass(frozen=True)
class Upserted:
    """What became of one item, in the order of the items."""

    result: str  # created | updated | unchanged
    observation: UUID


@transaction.atomic
def upsert_observations(*, actor: User, source: str, items: Sequence[Item]) -> list[Upserted]:
    """Write all of them or none. The same identifier again changes the row that it named.

    A fixed number of queries, however many items.
    """
    access.require_writer(actor)
    _refuse_size(source, items)
    patients = _patients(actor, items)
    checked = _check(patients, [_of(source, item) for item in items])
    known = _known(source, checked)
    report, new, replaced = _plan(actor, patients, checked, known)
    Observation.unscoped.filter(pk__in=replaced).update(is_current=False)
    try:
        with transaction.atomic():
            Observation.unscoped.bulk_create(new)
    except IntegrityError as error:
        message = _("Another request is writing these observations. Send them again.")
        raise DomainError("conflict", message, status=409) from error
    audit.record(
        actor=actor,
        act="observation.record",
        patients=sorted(patients),
        what=f"source/{source}",
        detail={what: sum(r.result == what for r in report) for what in ("created", "updated")},
    )
    return report


def _refuse_size(source: str, items: Sequence[Item]) -> None:
    found = []
    if not source.strip():
        found.append(Pointer("/source", "source_missing", _("Say which system this comes from.")))
    if not 0 < len(items) <= MOST:
        text = _("Send 1 to %(most)d observations at a time.") % {"most": MOST}
        found.append(Pointer("/observations", "count", text))
    if found:
        raise validation.refused(found)


def _of(source: str, item: Item) -> Item:
    return replace(item, given=replace(item.given, source=source))


def _patients(actor: User, items: Sequence[Item]) -> dict[UUID, Patient]:
    wanted = {item.patient for item in items}
    found = {p.pk: p for p in Patient.objects.visible_to(actor).filter(pk__in=wanted)}
    pointers = [
        Pointer(f"/observations/{i}/patient", "patient_not_found", _("No such patient."))
        for i, item in enumerate(items)
        if item.patient not in found
    ]
    if pointers:
        message = _("No such patient.")
        raise DomainError("patient_not_found", message, status=404, pointers=pointers)
    return found


def _check(patients: dict[UUID, Patient], items: Sequence[Item]) -> dict[Key, Checked]:
    checked: dict[Key, Checked] = {}
    found: list[Pointer] = []
    for i, item in enumerate(items):
        at = f"/observations/{i}"
        key = (item.patient, item.given.source_identifier)
        good, pointers = validation.check(patients[item.patient], item.given, at=at)
        found += pointers
        if not item.given.source_identifier.strip():
            text = _("Each observation needs its identifier at the source.")
            found.append(Pointer(f"{at}/source_identifier", "identifier_missing", text))
        elif key in checked:
            text = _("This identifier stands twice in the request.")
            found.append(Pointer(f"{at}/source_identifier", "duplicate", text))
        if good is not None:
            checked[key] = good
    if found:
        raise validation.refused(found)
    return checked


def _known(source: str, checked: dict[Key, Checked]) -> dict[Key, Observation]:
    rows_there = Observation.unscoped.filter(
        is_current=True,
        source=source,
        patient__in={patient for patient, _identifier in checked},
        source_identifier__in={identifier for _patient, identifier in checked},
    ).select_for_update()
    return {(row.patient_id, row.source_identifier): row for row in rows_there}


def _plan(
    actor: User,
    patients: dict[UUID, Patient],
    checked: dict[Key, Checked],
    known: dict[Key, Observation],
) -> tuple[list[Upserted], list[Observation], list[UUID]]:
    report: list[Upserted] = []
    new: list[Observation] = []
    replaced: list[UUID] = []
    for key, good in checked.items():
        old = known.get(key)
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
    row.reason = "changed at the source"
