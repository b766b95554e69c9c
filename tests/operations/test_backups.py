"""Backups of a real database: made, tried by a real restore, refused when something is wrong.

The whole way, to a portal that was restored and started, is in tests/e2e/test_restore.py.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent
from medportal.operations.backups import keeping, layout, nightly, restoring
from medportal.operations.backups.problems import BackupError
from medportal.operations.models import Backup
from tests.factories import OrganisationFactory, PatientFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house():
    house = OrganisationFactory()
    PatientFactory(organisation=house, family_name="Vanterpool")
    stored = default_storage.save("artifacts/tried.zip", ContentFile(b"an object" * 1000))
    yield house
    default_storage.delete(stored)


@pytest.fixture
def key_file(tmp_path):
    file = tmp_path / "key"
    call_command("backup_key", str(file), stdout=StringIO())
    return file


def run(command, *words, key_file):
    out = StringIO()
    call_command(command, *map(str, words), "--key-file", str(key_file), stdout=out)
    return out.getvalue()


@pytest.fixture
def made(house, key_file, tmp_path):
    run("backup", tmp_path / "backups", key_file=key_file)
    return tmp_path / "backups" / Backup.objects.get().name


def test_a_backup_is_made_tried_and_in_the_trail_and_nobody_reads_it(house, made, key_file):
    said = run("verify_backup", made, key_file=key_file)

    assert "is whole" in said
    assert b"Vanterpool" not in b"".join(path.read_bytes() for path in made.iterdir())
    assert not [path for path in made.iterdir() if path.stat().st_mode & 0o077]
    row = Backup.objects.get()
    assert row.verified_at is not None
    assert row.sealed_bytes == sum(path.stat().st_size for path in made.iterdir())
    for act in ("backup.make", "backup.verify"):
        event = AuditEvent.objects.get(act=act)
        assert (event.organisation_id, event.channel) == (house.pk, "command")


def test_the_objects_come_back_as_they_were(made, key_file, tmp_path):
    elsewhere = FileSystemStorage(tmp_path / "objects")

    names = restoring.unpack_objects(made, keeping.read_key(key_file), elsewhere)

    assert "artifacts/tried.zip" in names
    for name in names:
        with elsewhere.open(name) as back, default_storage.open(name) as kept:
            assert back.read() == kept.read()


def flipped(file):
    content = bytearray(file.read_bytes())
    content[-100] ^= 1
    file.write_bytes(content)


HARM = {
    "one byte of the database": lambda made: flipped(made / layout.DATABASE),
    "one byte of the objects": lambda made: flipped(made / layout.OBJECTS),
    "one byte of the manifest": lambda made: flipped(made / layout.MANIFEST),
    "a missing file": lambda made: (made / layout.OBJECTS).unlink(),
}


@pytest.mark.parametrize("harm", HARM)
def test_a_harmed_backup_fails_its_trial_and_is_no_good_backup_any_more(made, key_file, harm):
    HARM[harm](made)

    with pytest.raises(CommandError, match=r"damaged|no whole backup"):
        run("verify_backup", made, key_file=key_file)

    assert not Backup.objects.complete().exists()
    assert AuditEvent.objects.get(act="backup.verify").outcome == "failed"


def test_a_trial_with_the_wrong_key_says_nothing_against_the_backup(made, key_file, tmp_path):
    keeping.make_key(tmp_path / "other")

    with pytest.raises(CommandError, match="was sealed with the key"):
        run("verify_backup", made, key_file=tmp_path / "other")

    assert Backup.objects.complete().exists()


def test_a_key_set_of_older_secrets_makes_no_backup(house, key_file, tmp_path, settings):
    settings.IDENTIFIER_KEY = "a new one, of chance" * 3

    with pytest.raises(CommandError, match="make a new key set"):
        run("backup", tmp_path / "backups", key_file=key_file)


def test_it_is_restored_into_an_empty_place_only_and_with_its_own_secrets(made, key_file, settings):
    with pytest.raises(CommandError, match="empty place only"):
        run("restore", made, key_file=key_file)
    settings.IDENTIFIER_KEY = "of another installation" * 3
    with pytest.raises(CommandError, match="IDENTIFIER_KEY here is not the one") as refused:
        run("restore", made, key_file=key_file)
    assert "not be found by their identifiers" in str(refused.value)


def test_a_backup_of_a_newer_version_is_refused(made, key_file):
    manifest = layout.read_manifest(made, keeping.read_key(key_file))
    newer = replace(manifest, migrations=(*manifest.migrations, ("records", "9001_of_tomorrow")))

    with pytest.raises(BackupError, match=r"newer version.*9001_of_tomorrow"):
        restoring.refuse_newer(newer)


REFUSED = {
    "inside the installation": ("{var}/backups", "lies in"),
    "where nothing can be written": ("{tmp}/key/backups", "cannot be written"),
    "beside its key": ("{tmp}", "keep the key apart"),
}


@pytest.mark.parametrize("place", REFUSED)
def test_a_wrong_destination_is_refused_and_nothing_stays(
    house, key_file, tmp_path, settings, place
):
    where, words = REFUSED[place]
    destination = where.format(var=settings.VAR, tmp=tmp_path)

    with pytest.raises(CommandError, match=words):
        run("backup", destination, key_file=key_file)

    assert not list(tmp_path.glob("**/medportal-*"))
    assert not Backup.objects.complete().exists()


def test_a_database_that_goes_away_meanwhile_leaves_no_half_backup(
    house, key_file, tmp_path, monkeypatch
):
    monkeypatch.setattr(
        "medportal.operations.backups.programs.surroundings", lambda _: {"PGHOST": "/nowhere"}
    )

    with pytest.raises(CommandError, match="pg_dump ended with status"):
        run("backup", tmp_path / "backups", key_file=key_file)

    assert [path.name for path in (tmp_path / "backups").iterdir()] == [".lock"]
    assert Backup.objects.get().failure_code == "pg_dump_failed"
    assert AuditEvent.objects.get(act="backup.make").outcome == "failed"


def test_an_object_that_goes_meanwhile_stops_no_backup(house, key_file, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "medportal.operations.backups.making.objects_in",
        lambda _: iter(["imports/gone", "artifacts/tried.zip"]),
    )

    run("backup", tmp_path / "backups", key_file=key_file)

    assert Backup.objects.complete().exists()


def test_a_key_in_the_installation_itself_is_refused(settings):
    with pytest.raises(CommandError, match="keep the key apart"):
        call_command("backup_key", f"{settings.VAR}/backup.key")


@pytest.fixture
def nights(house, key_file, tmp_path, settings):
    settings.BACKUP_DESTINATION = str(tmp_path / "nights")
    settings.BACKUP_KEY_FILE = str(key_file)
    return timezone.localtime().replace(hour=3)


def test_the_nights_backup_is_made_once_tried_and_told_as_fresh(nights):
    assert nightly.back_up_tonight(nights.replace(hour=1)) is None, "too early"

    row = nightly.back_up_tonight(nights)

    assert row is not None
    assert row.verified_at is not None
    assert row.name.endswith("-nightly")
    assert nightly.back_up_tonight(nights + timedelta(hours=5)) is None
    assert Backup.objects.count() == 1


def test_a_night_that_fails_is_tried_three_times(nights, key_file):
    key_file.write_text("")

    codes = [nightly.back_up_tonight(nights) for _ in range(5)]

    assert [row and row.failure_code for row in codes] == ["key_unreadable"] * 3 + [None] * 2
    assert AuditEvent.objects.filter(act="backup.make", outcome="failed").count() == 3


def test_a_killed_night_is_free_again(nights):
    long_ago = timezone.now() - timedelta(days=1)
    killed = Backup.objects.create(night=nights.date())
    Backup.objects.filter(pk=killed.pk).update(started_at=long_ago)

    row = nightly.back_up_tonight(nights)

    assert row is not None
    assert row.verified_at is not None
    killed.refresh_from_db()
    assert killed.failure_code == "killed"


def test_without_a_destination_there_is_no_nightly_backup(settings):
    assert nightly.back_up_tonight(timezone.localtime().replace(hour=23)) is None


def test_the_application_made_it_without_the_owners_rights(made):
    """What is copied is read as the role that reads everything and owns nothing."""
    assert connection.settings_dict["USER"] == "medportal_app"
