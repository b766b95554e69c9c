"""One file: claim it, write its patients one by one, settle it once.

The row says how many patients are dealt with, in the transaction that dealt with them. So whoever
takes over begins at the next one, and a file too long for one turn goes to the back of the queue.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEvent
from diagnosis.records.incoming import Incoming, Reading, Written, files, import_patient
from diagnosis.records.incoming.identity import IdentityUnclear
from diagnosis.records.incoming.report import Finding, Report
from diagnosis.records.models import ImportRun
from medportal.common.errors import DomainError, Pointer
from medportal.common.queue import bell
from medportal.common.queue.jobs import held, leased
from medportal.common.queue.lost import unrung_for

log = structlog.get_logger(__name__)
State = ImportRun.State
BATCH = 20
"""Patients of one transaction; each is written, or not, by itself."""
FORBIDDEN, CONFLICT = 403, 409
ORPHAN_SECONDS = 3600
OUTCOMES = {
    State.DONE: AuditEvent.Outcome.SUCCESS,
    State.REFUSED: AuditEvent.Outcome.REFUSED,
    State.FAILED: AuditEvent.Outcome.FAILED,
}


class TakenOverError(Exception):
    """The lease ran out and somebody else holds the row now."""


class RightsGoneError(Exception):
    """Whoever sent the file may no longer write into the charts of this team."""


def run_import(pk: UUID | str) -> bool:
    """Write what one turn allows; True if there is more, so that the caller rings again."""
    rows = ImportRun.unscoped.select_related("requested_by", "team__organisation")
    job: ImportRun | None = rows.claim(pk)
    if job is None:
        return False
    at_most = settings.BATCH_HOLD_SECONDS
    with held(ImportRun, job, at_most=at_most), translation.override(job.language):
        try:
            return _work(job)
        except TakenOverError:
            return False


def _work(job: ImportRun) -> bool:
    report = Report.of(job.report)
    try:
        reading = files.read(files.load(job.object_name), job.format)
    except FileNotFoundError:
        return _end(job, report, State.FAILED, "file_missing")
    except DomainError as error:
        report.problems = [Finding.of(pointer) for pointer in error.pointers]
        return _end(job, report, State.REFUSED, error.code)
    if not job.report:
        report.not_kept.take(reading.not_kept)
    try:
        is_whole = _take_turn(job, report, reading)
    except RightsGoneError:
        report = Report.of(job.report)  # as of the last batch that was written
        text = _("You may no longer write into the charts of this care team.")
        report.problems = [Finding("", "rights_gone", str(text))]
        return _end(job, report, State.REFUSED, "rights_gone")
    return _end(job, report, State.DONE) if is_whole else _put_back(job)


def _take_turn(job: ImportRun, report: Report, reading: Reading) -> bool:
    """One batch at least; False if the time was up before the end."""
    end = time.monotonic() + settings.IMPORT_SLICE_SECONDS
    job.total = len(reading.patients)
    while job.done < job.total:
        _take_batch(job, report, reading.patients[job.done : job.done + BATCH])
        job.report = report.stored()
        if time.monotonic() > end:
            break
    return job.done >= job.total


@transaction.atomic
def _take_batch(job: ImportRun, report: Report, batch: Sequence[Incoming]) -> None:
    for incoming in batch:
        try:
            report.add(_written(job, incoming))
        except DomainError as error:
            if error.status == FORBIDDEN:
                raise RightsGoneError from error
            _refuse(job, report, incoming, error)
    job.done += len(batch)
    still_ours = _mine(job).update(
        done=job.done, total=job.total, report=report.stored(), lease_until=leased()
    )
    if not still_ours:
        raise TakenOverError


def _written(job: ImportRun, incoming: Incoming) -> Written:
    """A colleague may have entered the same patient this moment: then once more."""
    try:
        return _import(job, incoming)
    except DomainError as error:
        if error.code not in ("identifier_taken", "conflict"):
            raise
    return _import(job, incoming)


def _import(job: ImportRun, incoming: Incoming) -> Written:
    try:
        return import_patient(
            actor=job.requested_by, team=job.team, source=job.source, incoming=incoming
        )
    except (DataError, IntegrityError) as error:
        log.warning("import_not_stored", code=type(error).__name__)
        text = _("Something about this patient could not be stored.")
        found = [Pointer(incoming.place.at, "not_stored", text)]
        raise DomainError("not_stored", text, pointers=found) from None


def _refuse(job: ImportRun, report: Report, incoming: Incoming, error: DomainError) -> None:
    report.refuse(incoming.place.at, error.pointers)
    audit.record(
        actor=job.requested_by,
        act="patient.import",
        patients=error.meant if isinstance(error, IdentityUnclear) else (),
        what=f"import/{job.pk}",
        outcome=AuditEvent.Outcome.REFUSED,
        detail={"code": error.code, "findings": len(error.pointers)},
    )


def _mine(job: ImportRun) -> Any:
    """The row, while this very claim holds it."""
    return ImportRun.unscoped.filter(
        pk=job.pk, state=State.RUNNING, attempts=job.attempts, started_at=job.started_at
    )


def _put_back(job: ImportRun) -> bool:
    """Progress was made: the attempts count anew for the patient at which the next turn begins."""
    with transaction.atomic():
        return bool(_mine(job).update(state=State.QUEUED, attempts=0, lease_until=None))


def _end(job: ImportRun, report: Report, state: Any, code: str = "") -> bool:
    with transaction.atomic():
        held = _mine(job)
        if held.settle(job, state=state, report=report.stored(), failure_code=code):
            _note_end(job, state, report)
    forget_file(job)
    bell.announce(job.pk)
    return False


def _note_end(job: ImportRun, state: Any, report: Report) -> None:
    audit.record(
        actor=job.requested_by,
        act="import.run",
        what=f"import/{job.pk}",
        outcome=OUTCOMES[state],
        detail={"state": state, "attempt": job.attempts, **report.stored()["patients"]},
    )


def forget_file(job: ImportRun) -> None:
    """Remove the file of a settled import, then say so in its row."""
    settled = ImportRun.unscoped.left_behind().filter(pk=job.pk)
    with transaction.atomic():
        names = list(settled.values_list("object_name", flat=True))
    for name in names:
        files.remove(name)
        with transaction.atomic():
            settled.update(object_name="")


def waiting_imports(limit: int) -> list[UUID]:
    """Give up the exhausted rows, clear away files; the rows that nobody holds, oldest first."""
    with transaction.atomic():
        for pk in list(ImportRun.unscoped.exhausted().values_list("pk", flat=True)[:limit]):
            _give_up(pk)
        rows = ImportRun.unscoped.lost(unrung_for=unrung_for("batch")).order_by("requested_at")
        waiting = list(rows.values_list("pk", flat=True)[:limit])
        left = list(ImportRun.unscoped.left_behind()[:limit])
    for job in left:
        forget_file(job)
    _remove_orphans()
    return waiting


def _give_up(pk: UUID) -> None:
    job: ImportRun | None = ImportRun.unscoped.select_related("requested_by").give_up(pk)
    if job is not None:
        _note_end(job, State.FAILED, Report.of(job.report))


def _remove_orphans() -> None:
    """Files whose request came to nothing: a row that points at them was never committed."""
    if not default_storage.exists(files.FOLDER):
        return
    _folders, names = default_storage.listdir(files.FOLDER)
    paths = [f"{files.FOLDER}/{name}" for name in names]
    with transaction.atomic():
        known = set(
            ImportRun.unscoped.filter(object_name__in=paths).values_list("object_name", flat=True)
        )
    old = timezone.now() - timedelta(seconds=ORPHAN_SECONDS)
    for path in set(paths) - known:
        if default_storage.get_modified_time(path) < old:
            files.remove(path)
