"""Many observations from another system at once: sent again, they are there once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from accounts.rights import demand
from diagnosis.records import validation
from diagnosis.records.models import Patient
from diagnosis.records.upserting import Key, Upserted, upsert
from diagnosis.records.validation import Checked, Given
from medportal.common.errors import DomainError, Pointer

MOST = 1000


@dataclass(frozen=True)
class Item:
    """One observation of a bulk; its source identifier says which one it is."""

    patient: UUID
    given: Given


@transaction.atomic
def upsert_observations(*, actor: User, source: str, items: Sequence[Item]) -> list[Upserted]:
    """Write all of them or none. The same identifier again changes the row that it named.

    A fixed number of queries, however many items.
    """
    demand(actor, "observation.record")
    _refuse_size(source, items)
    patients = _patients(actor, items)
    checked = _check(patients, [_of(source, item) for item in items])
    report = upsert(actor, source, patients, checked)
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
    measured: dict[UUID, list[tuple[str, Checked]]] = {}
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
            measured.setdefault(item.patient, []).append((f"{at}/value", good))
    for values in measured.values():
        found += validation.together(values)
    if found:
        raise validation.refused(found)
    return checked
