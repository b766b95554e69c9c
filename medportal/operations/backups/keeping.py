"""Backups with their rows and their events in the audit trail. What the commands and beat call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent, Organisation
from medportal.configuration.addresses import chosen_profile
from medportal.database.roles import acting_as, grant, has_owner
from medportal.database.versions import missing_migrations
from medportal.operations.backups import keys as key_sets
from medportal.operations.backups import making, restoring
from medportal.operations.backups.keys import KeySet
from medportal.operations.backups.manifest import Manifest
from medportal.operations.backups.problems import BackupError
from medportal.operations.backups.programs import Place, connect
from medportal.operations.backups.trying import try_backup
from medportal.operations.models import Backup

UNUSABLE = ("damaged", "pg_restore_failed", "rows_differ", "trail_open")
"""What a trial found wrong with the backup itself, and not with the key or the place."""


def own_secrets() -> dict[str, str]:
    return {name: str(getattr(settings, name)) for name in key_sets.SECRETS}


def make_key(file: Path) -> KeySet:
    """The key set of this installation, in a file that lies apart from its data."""
    key_sets.refuse_beside(file, Path(settings.VAR))
    written = Path(settings.VAR) / "secrets.json"
    others: dict[str, str] = json.loads(written.read_text()) if written.exists() else {}
    return key_sets.make_key_set(file, others | own_secrets(), chosen_profile())


def read_key(file: Path, *places: Path) -> KeySet:
    """The key set, if it lies apart from ``places`` and from the data."""
    key_sets.refuse_beside(file, Path(settings.VAR), *places)
    return key_sets.read_key_set(file)


def back_up(destination: Path, keys: KeySet, *, row: Backup | None = None) -> Backup:
    """Make a backup as the application's role; a row and an event tell of it, also if it fails."""
    row = row or Backup.objects.create()
    try:
        made = copy_out(destination, keys, is_nightly=row.night is not None)
    except BackupError as error:
        note_failure(row, error)
        raise
    return note_made(made, row)


def copy_out(destination: Path, keys: KeySet, *, is_nightly: bool = False) -> Path:
    """The backup itself: it asks no table of ours, so it reads any version's database."""
    if destination.resolve().is_relative_to(Path(settings.VAR).resolve()):
        text = f"{destination} lies in {settings.VAR}: take another disk."
        raise BackupError("destination", text)
    _refuse_outdated(keys)
    return making.make_backup(
        destination,
        keys,
        database=Place.of(connection.settings_dict),
        storage=default_storage,
        is_nightly=is_nightly,
    )


@transaction.atomic
def note_made(made: Path, row: Backup) -> Backup:
    row.name, row.finished_at = made.name, timezone.now()
    row.sealed_bytes = making.size_of(made)
    row.save()
    _note("backup.make", row.name)
    return row


def _refuse_outdated(keys: KeySet) -> None:
    """A backup whose key set holds other secrets could be read, and its patients not be found."""
    for name, secret in own_secrets().items():
        if keys.secrets.get(name) != secret:
            text = f"{name} is another one than when this key set was made: make a new key set."
            raise BackupError("key_outdated", text)


def verify(source: Path, keys: KeySet) -> Manifest:
    """Try a backup by restoring it into a cluster of its own, and note the result."""
    row = Backup.objects.filter(name=source.name).first()
    try:
        manifest = try_backup(source, keys)
    except BackupError as error:
        if row is not None and error.code in UNUSABLE:
            note_failure(row, error, "backup.verify")
        raise
    with transaction.atomic():
        if row is not None:
            row.verified_at, row.failure_code = timezone.now(), ""
            row.rows = manifest.rows
            row.save(update_fields=["verified_at", "failure_code", "rows"])
        _note("backup.verify", source.name)
    return manifest


@transaction.atomic
def note_failure(row: Backup, error: BackupError, act: str = "backup.make") -> None:
    """Once: a failed night is free again for another try."""
    if row.failure_code:
        return
    row.failure_code, row.night, row.verified_at = error.code, None, None
    row.save(update_fields=["failure_code", "night", "verified_at"])
    _note(act, row.name, outcome=AuditEvent.Outcome.FAILED, detail={"code": error.code})


def restore(source: Path, keys: KeySet) -> Manifest:
    """Into the empty database and the empty object store of this installation, or not at all."""
    if not has_owner():
        raise BackupError("no_owner", "Restoring needs DATABASE_OWNER_URL: who owns the tables.")
    manifest = restoring.check(source, keys)
    restoring.refuse_newer(manifest)
    restoring.refuse_other_secrets(manifest, keys, own_secrets())
    owner = Place.of(settings.DATABASE_OWNER)
    with connect(owner) as session:
        restoring.refuse_older_server(manifest, session)
        restoring.refuse_full(session, default_storage)
    saved = restoring.unpack_objects(source, keys, default_storage)
    try:
        restoring.pour(source, keys, manifest, owner)
    except BaseException:
        restoring.remove_objects(saved, default_storage)
        raise
    application = connection.settings_dict["USER"]
    with acting_as(settings.DATABASE_OWNER):
        _end_sessions()
        grant(application)
    if not is_older(manifest):
        with transaction.atomic():
            _note("backup.restore", source.name, detail={"made_at": manifest.made_at})
    return manifest


def is_older(manifest: Manifest) -> bool:
    """Of a version before this one, whose tables this code must not write to."""
    return bool(missing_migrations(manifest.migrations))


def _end_sessions() -> None:
    """Who was logged out since then must not be in again."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_session")


def _note(
    act: str,
    name: str,
    *,
    outcome: str = AuditEvent.Outcome.SUCCESS,
    detail: Mapping[str, str] | None = None,
) -> None:
    """One event for each organisation, whose privacy officer sees it: all of them are in there."""
    for organisation in Organisation.objects.all():
        audit.record(
            actor=None,
            act=act,
            what=f"backup/{name}",
            outcome=outcome,
            detail=detail,
            organisation=organisation,
        )
