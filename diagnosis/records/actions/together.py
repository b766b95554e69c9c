"""Values that were measured at one moment and entered on one form: all of them or none."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from diagnosis.records import access, codes, rows, validation
from diagnosis.records.actions.observations import RECORDED, save_row
from diagnosis.records.codes import Code
from diagnosis.records.models import Observation, Patient
from diagnosis.records.validation import Checked, Given
from medportal.common.errors import Pointer

Measured = list[tuple[str, Checked]]


@transaction.atomic
def record_together(*, actor: User, patient: Patient, given: Sequence[Given]) -> list[Observation]:
    """Write every value, or none if one is refused; pointers say ``/2/value``.

    Parts of a panel that were both measured, such as a blood pressure, become one.
    """
    chart = access.writable(actor, "observation.record", patient)
    measured, found = _checked(chart, given)
    found += validation.together(measured)
    if found or not measured:
        raise validation.refused(found or [_nothing()])
    panels = {part: row for row in _panels(actor, chart, measured) for part in _parts_of(row)}
    saved = []
    for _at, one in measured:
        row = rows.build(chart, one)
        row.panel = panels.get(one.entry.code)
        saved.append(save_row(actor, row))
    audit.record(
        actor=actor,
        act=RECORDED,
        patients=[chart.pk],
        what="observations",
        detail={"observations": [str(row.pk) for row in saved]},
    )
    return saved


def _checked(chart: Patient, given: Sequence[Given]) -> tuple[Measured, list[Pointer]]:
    measured: Measured = []
    found: list[Pointer] = []
    for index, one in enumerate(given):
        at = f"/{index}"
        checked, wrong = validation.check(chart, one, at=at)
        found += wrong
        if checked is None:
            continue
        measured.append((f"{at}/value", checked))
        if validation.duplicate_of(chart, checked) is not None:
            text = _("The chart already holds this value.")
            found.append(Pointer(f"{at}/value", "duplicate", text))
    return measured, found


def _nothing() -> Pointer:
    return Pointer("", "nothing_entered", _("Enter at least one value."))


def _panels(actor: User, chart: Patient, measured: Measured) -> list[Observation]:
    """A row for each panel of which every part is there."""
    held = {one.entry.code: one for _at, one in measured}
    whole = [code for code in codes.ALL if code.is_panel and set(code.components) <= set(held)]
    return [_panel(actor, chart, code, held[code.components[0]]) for code in whole]


def _panel(actor: User, chart: Patient, code: Code, first: Checked) -> Observation:
    return save_row(
        actor,
        Observation(
            patient=chart,
            system=code.system,
            code=code.code,
            label=code.label["en"],
            observed_at=first.observed_at,
            source=first.given.source,
        ),
    )


def _parts_of(panel: Observation) -> tuple[str, ...]:
    code = codes.find(panel.code)
    return code.components if code else ()
