"""An upgrade rehearsed on a real database of the first release, and its way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings as project
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from medportal import celery
from medportal.database import versions
from medportal.database.roles import acting_as, grant
from medportal.tools.launch import web
from tests.servers import superuser

FIRST_RELEASE = [
    ("accounts", "0002_audit_append_only"),
    ("records", "0001_initial"),
    ("registry", "0001_initial"),
    ("inference", "0001_initial"),
]
OURS = {"accounts", "records", "registry", "inference"} | {
    app for app, _ in versions.known_migrations()
}


@pytest.fixture
def database(django_db_setup, django_db_blocker, settings, tmp_path):
    """``database(name)``: a new one that is empty, and from now on the portal's."""
    kept, made = connection.settings_dict["NAME"], []

    def use(name: str) -> None:
        name = f"{name}_{uuid4().hex[:8]}"
        connection.close()
        connection.settings_dict["NAME"] = kept
        with acting_as(superuser()), connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" OWNER medportal_owner')
        made.append(name)
        connection.settings_dict["NAME"] = name
        settings.DATABASE_OWNER = {**project.DATABASE_OWNER, "NAME": name}
        settings.STORAGES = {
            **project.STORAGES,
            "default": {
                "BACKEND": "django.core.files.storage.FileSystemStorage",
                "OPTIONS": {"location": tmp_path / name},
            },
        }

    with django_db_blocker.unblock():
        yield use
        connection.close()
        connection.settings_dict["NAME"] = kept
        with acting_as(superuser()), connection._nodb_cursor() as cursor:
            for name in made:
                cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def first_release() -> None:
    """The tables as they were, with one row of each kind that matters, written as they were."""
    with acting_as(project.DATABASE_OWNER):
        executor = MigrationExecutor(connection)
        others = [leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] not in OURS]
        executor.migrate([*FIRST_RELEASE, *others])
        grant("medportal_app")
    apps = MigrationExecutor(connection).loader.project_state(FIRST_RELEASE).apps
    with transaction.atomic():
        _rows(lambda app, model: apps.get_model(app, model)._base_manager)


def _rows(of) -> None:
    house = of("accounts", "Organisation").create(name="Klinik am See")
    doctor = of("accounts", "User").create(
        username="doctor", organisation=house, roles=["clinician"], password="x"
    )
    patient = of("records", "Patient").create(
        organisation=house, family_name="Vanterpool", given_name="Ada", birth_date=date(1950, 1, 2)
    )
    service = of("registry", "Service").create(
        organisation=house, slug="heart", sheet={}, schema={}, validity_days=30
    )
    version = of("registry", "ModelVersion").create(
        service=service, number=1, digest="d" * 64, manifest={}
    )
    of("inference", "Prediction").create(
        organisation=house,
        service=service,
        version=version,
        patient=patient,
        requested_by=doctor,
        state="done",
        inputs={"age": {"value": 76}},
        result={"probability": 0.23},
        probability=0.23,
        own_estimate=0.4,
    )
    of("accounts", "AuditEvent").create(
        act="patient.read", actor_id=doctor.pk, patients=[patient.pk], organisation_id=house.pk
    )


def content() -> dict[str, object]:
    asked = {
        "patient": "SELECT family_name, birth_date::text FROM records_patient",
        "prediction": "SELECT probability, result::text, state FROM inference_prediction",
        "events": "SELECT act, patients::text FROM accounts_auditevent WHERE act = 'patient.read'",
    }
    found: dict[str, object] = {}
    with connection.cursor() as cursor:
        for name, statement in asked.items():
            cursor.execute(statement)
            found[name] = cursor.fetchall()
    return found


def own_estimates() -> list[tuple[object, ...]]:
    """They were numbers of the prediction once; now each is a row of whoever gave it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT username, value FROM inference_ownestimate e "
            "JOIN accounts_user u ON u.id = e.by_id"
        )
        return list(cursor.fetchall())


def schema() -> set[tuple[str, ...]]:
    """Every column, index, constraint and trigger by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT 'column', table_name, column_name, data_type, is_nullable
                   FROM information_schema.columns WHERE table_schema = 'public'
               UNION ALL SELECT 'index', tablename, indexname, '', ''
                   FROM pg_indexes WHERE schemaname = 'public'
               UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, contype::text, ''
                   FROM pg_constraint WHERE connamespace = 'public'::regnamespace
               UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, tgenabled::text, ''
                   FROM pg_trigger WHERE NOT tgisinternal"""
        )
        return set(cursor.fetchall())


def run(command: str, *words: object) -> str:
    out = StringIO()
    call_command(command, *map(str, words), stdout=out)
    return out.getvalue()


@pytest.fixture
def key(tmp_path, monkeypatch):
    run("backup_key", tmp_path / "key")
    monkeypatch.setenv("MEDPORTAL_BACKUP_KEY_FILE", str(tmp_path / "key"))


def test_the_first_release_comes_forward_with_its_rows_and_goes_back(database, key, tmp_path):
    database("upgrade")
    first_release()
    before, schema_before = content(), schema()
    default_storage.save("artifacts/x.zip", ContentFile(b"an artifact"))

    said = run("upgrade", tmp_path / "backups")

    assert "operations.0001_initial" in said
    assert "No table has fewer rows than before" in said
    assert content() == before
    assert own_estimates() == [("doctor", 0.4)]
    assert schema() != schema_before
    assert run("upgrade", tmp_path / "backups") == "The database is of this version already.\n"
    backup = next((tmp_path / "backups").glob("medportal-*"))

    database("way_back")
    assert "of an older version" in run("restore", backup)

    assert content() == before
    assert schema() == schema_before
    with default_storage.open("artifacts/x.zip") as stored:
        assert stored.read() == b"an artifact"
    with (
        acting_as(project.DATABASE_OWNER),
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="append-only"),
    ):
        cursor.execute("DELETE FROM accounts_auditevent")


def test_a_step_that_fails_names_the_backup_and_the_way_back(database, key, tmp_path, monkeypatch):
    database("upgrade")
    first_release()

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("medportal.operations.management.commands.upgrade.call_command", fails)
    with pytest.raises(CommandError, match="A step failed") as problem:
        run("upgrade", tmp_path / "backups")

    backup: Path = next((tmp_path / "backups").glob("medportal-*"))
    assert str(backup) in str(problem.value)


STARTS = {
    "migrate": lambda: run("migrate"),
    "web": web.main,
    "worker or beat": celery.refuse_wrong_servers,
}


@pytest.mark.parametrize("what", STARTS)
def test_on_a_database_of_a_newer_version_nothing_starts(what, database, settings):
    database("newer")
    url = project.ADDRESSES.owner.replace("/medportal?", f"/{connection.settings_dict['NAME']}?")
    with psycopg.connect(url) as session:
        session.execute("CREATE TABLE django_migrations (app text, name text)")
        session.execute("INSERT INTO django_migrations VALUES ('records', '9001_of_tomorrow')")
        session.execute("INSERT INTO django_migrations VALUES ('axes', '9001_of_a_library')")
        session.execute("GRANT SELECT ON django_migrations TO medportal_app")
    settings.ADDRESSES = replace(project.ADDRESSES, database=url, owner=url)

    with pytest.raises((CommandError, SystemExit), match=r"a newer version .*records.9001") as told:
        STARTS[what]()
    assert "axes" not in str(told.value)


def test_a_database_that_is_away_or_empty_may_come(servers, database):
    database("empty")
    name = connection.settings_dict["NAME"]

    versions.refuse_newer(project.ADDRESSES.owner.replace("/medportal?", f"/{name}?"))
    versions.refuse_newer("postgresql://nobody@/nothing?host=/nonexistent")
