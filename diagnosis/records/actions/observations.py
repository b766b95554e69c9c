"""Recording values, and correcting them without losing what stood there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from accounts.rights import demand
from diagnosis.records import access, codes, rows, validation
from diagnosis.records.models import Observation, Patient
from diagnosis.records.validation import Checked, Given
from medportal.common.errors import DomainError, Pointer
from medportal.common.ids import parse_id

RECORDED = "observation.record"
CORRECTED = "observation.correct"
RESTORED = "observation.restore"


@transaction.atomic
def record_observation(*, actor: User, patient: Patient | UUID, given: Given) -> Observation:
    """Write one value into the chart."""
    chart = access.writable(actor, "observation.record", patient)
    checked = validation.require(chart, given)
    row = _insert(actor, chart, checked)
    audit.record(actor=actor, act=RECORDED, patients=[chart.pk], what=f"observation/{row.pk}")
    return row


@transaction.atomic
def record_panel(
    *, actor: User, patient: Patient | UUID, code: str, parts: Sequence[Given]
) -> Observation:
    """Write values that belong together, such as a blood pressure; returns the panel's row."""
    chart = access.writable(actor, "observation.record", patient)
    entry = codes.find(code)
    if entry is None or not entry.is_panel:
        message = _("This code is not a panel.")
        raise DomainError("not_a_panel", message, pointers=[Pointer("/code", "panel", message)])
    at = parts[0].observed_at or timezone.now() if parts else timezone.now()
    checked = [
        _checked_part(chart, entry, replace(p, observed_at=at), i) for i, p in enumerate(parts)
    ]
    if found := list(validation.together(("/value", part) for part in checked)):
        raise validation.refused(found)
    panel = save_row(
        actor,
        Observation(
            patient=chart,
            system=entry.system,
            code=entry.code,
            label=entry.label["en"],
            observed_at=at,
            source=parts[0].source if parts else "chart",
        ),
    )
    for part in checked:
        _insert(actor, chart, part, panel=panel)
    audit.record(actor=actor, act=RECORDED, patients=[chart.pk], what=f"observation/{panel.pk}")
    return panel


@transaction.atomic
def correct_observation(
    *, actor: User, observation: Observation | UUID, given: Given, reason: str
) -> Observation:
    """Put a new row in the place of one that is wrong; the old one stays readable."""
    demand(actor, "observation.correct")
    old = _replaceable(actor, observation)
    why = _required_reason(reason)
    checked = validation.require(old.patient, _kept(old, given))
    _refuse_other_quantity(old, checked)
    if rows.same_content(old, checked):
        message = _("Nothing is different from what stands there.")
        raise DomainError("nothing_changed", message, pointers=[Pointer("", "unchanged", message)])
    row = rows.build(old.patient, checked)
    row.status = Observation.Status.CORRECTED
    return _replace(actor, old, row, why)


@transaction.atomic
def withdraw_observation(
    *, actor: User, observation: Observation | UUID, reason: str
) -> Observation:
    """Say that a value should never have been there; it stays in the history and is not used."""
    demand(actor, "observation.correct")
    old = _replaceable(actor, observation)
    why = _required_reason(reason)
    row = rows.copy(old)
    row.status = Observation.Status.ENTERED_IN_ERROR
    return _replace(actor, old, row, why)


@transaction.atomic
def restore_observation(*, actor: User, observation: Observation | UUID) -> Observation:
    """Put a withdrawn value back in its place, as it stood before; the history keeps both steps."""
    demand(actor, "observation.restore")
    key = observation.pk if isinstance(observation, Observation) else observation
    gone = observation_for(actor, key, lock=True)
    is_withdrawn = gone.is_current and gone.status == Observation.Status.ENTERED_IN_ERROR
    if not is_withdrawn or gone.replaces_id is None:
        raise _meanwhile()
    before = Observation.unscoped.get(pk=gone.replaces_id)
    row = rows.copy(before)
    row.status = before.status
    return _replace(actor, gone, row, before.reason, RESTORED)


def _checked_part(chart: Patient, panel: codes.Code, part: Given, index: int) -> Checked:
    at = f"/components/{index}"
    checked, found = validation.check(chart, part, at=at)
    if part.code not in panel.components:
        found.append(Pointer(f"{at}/code", "not_a_part", _("This code is no part of the panel.")))
    if checked is None or found:
        raise validation.refused(found)
    return checked


def _insert(
    actor: User, chart: Patient, checked: Checked, panel: Observation | None = None
) -> Observation:
    if validation.duplicate_of(chart, checked) is not None:
        raise _duplicate("/value")
    row = rows.build(chart, checked)
    row.panel = panel
    return save_row(actor, row)


def save_row(actor: User, row: Observation) -> Observation:
    row.recorded_by = actor
    row.clean_fields(exclude=["patient", "recorded_by", "panel", "replaces"])
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise _duplicate("/source_identifier") from error
    return row


def _duplicate(pointer: str) -> DomainError:
    message = _("The chart already holds this value.")
    found = [Pointer(pointer, "duplicate", message)]
    return DomainError("duplicate_observation", message, status=409, pointers=found)


def observation_for(actor: User, observation: UUID | str, *, lock: bool = False) -> Observation:
    """The row, if ``actor`` may see its patient; else it does not exist."""
    rows = Observation.objects.visible_to(actor).select_related("patient")
    if lock:
        rows = rows.select_for_update(of=("self",))
    row: Observation | None = rows.filter(pk=parse_id(observation)).first()
    if row is None:
        raise DomainError("observation_not_found", _("No such observation."), status=404)
    return row


def _replaceable(actor: User, observation: Observation | UUID) -> Observation:
    wanted = observation.pk if isinstance(observation, Observation) else observation
    row = observation_for(actor, wanted, lock=True)
    if not row.is_current or row.status == Observation.Status.ENTERED_IN_ERROR:
        raise _meanwhile()
    return row


def _meanwhile() -> DomainError:
    message = _("This value was corrected or withdrawn in the meantime. Look at the newest one.")
    return DomainError("already_replaced", message, status=409)


def _required_reason(reason: str) -> str:
    if not reason.strip():
        message = _("Say why: the reason stays with the value.")
        raise DomainError(
            "reason_missing", message, pointers=[Pointer("/reason", "reason_missing", message)]
        )
    return reason.strip()[:200]


def _kept(old: Observation, given: Given) -> Given:
    """A correction keeps the time, the origin and the laboratory's range unless it names others."""
    same_unit = codes.normalise_unit(given.unit) == old.unit
    return replace(
        given,
        observed_at=given.observed_at or old.observed_at,
        is_kept_time=given.observed_at in (None, old.observed_at),
        source=old.source,
        source_identifier=old.source_identifier,
        reference_low=old.reference_low if same_unit else None,
        reference_high=old.reference_high if same_unit else None,
    )


def _refuse_other_quantity(old: Observation, checked: Checked) -> None:
    before = codes.find(old.code, old.system)
    if before is not None and checked.entry.series_key != before.series_key:
        message = _("A correction keeps the quantity. Withdraw this value and record the other.")
        raise DomainError(
            "other_quantity", message, pointers=[Pointer("/code", "other_quantity", message)]
        )


def _replace(
    actor: User, old: Observation, row: Observation, reason: str, act: str = CORRECTED
) -> Observation:
    Observation.unscoped.filter(pk=old.pk).update(is_current=False)
    row.replaces_id = old.pk
    row.panel_id = row.panel_id or old.panel_id
    row.reason = reason
    saved = save_row(actor, row)
    audit.record(
        actor=actor,
        act=act,
        patients=[saved.patient_id],
        what=f"observation/{saved.pk}",
        detail={"replaces": str(old.pk), "status": saved.status},
    )
    return saved
