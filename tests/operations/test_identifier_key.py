"""Another IDENTIFIER_KEY than the one of before: nothing starts, nothing is imported."""

from __future__ import annotations

import subprocess

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from medportal.database import identifier_key
from medportal.database.roles import acting_as
from medportal.operations.identifier_keys import keep_fingerprint
from medportal.operations.models import IdentifierKey
from tests.factories import OrganisationFactory, PatientFactory, PatientIdentifierFactory
from tests.servers import process

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = "of-another-installation-" + "x7K" * 20
SECONDS = 90


def address() -> str:
    """Of the tests' database, as a process that starts is told it."""
    named = connection.settings_dict["NAME"]
    return project.ADDRESSES.database.replace("/medportal?", f"/{named}?")


@pytest.fixture
def filled(transactional_db):
    """As the migrations leave it."""
    with acting_as(project.DATABASE_OWNER):
        keep_fingerprint()
    return IdentifierKey.objects.get()


STARTED = {
    "web": ["medportal.tools.launch.web"],
    "worker": ["celery", "-A", "medportal", "worker", "-n", "other@%h", "-Q", "other"],
    "beat": ["celery", "-A", "medportal", "beat", "--pidfile", ""],
}


@pytest.mark.parametrize("role", STARTED)
def test_no_process_starts_with_another_key_and_one_line_says_what_to_do(filled, role, tmp_path):
    child = process(role, STARTED[role], log=tmp_path / "log")
    done = subprocess.run(
        child.command,
        env={**child.environment, "MEDPORTAL_TEST_IDENTIFIER_KEY": OTHER},
        cwd=child.directory,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )

    assert done.returncode
    (said,) = [line for line in done.stderr.splitlines() if "IDENTIFIER_KEY" in line]
    assert "every patient twice" in said
    assert "Set the one of before" in said
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["import_records", "export_chart", "issue_token", "backup"])
def test_no_command_does_anything_with_another_key(filled, command, settings):
    settings.IDENTIFIER_KEY = OTHER

    with pytest.raises(CommandError, match="IDENTIFIER_KEY is not the one"):
        call_command(command, *ARGUMENTS[command])


ARGUMENTS = {
    "import_records": ["x.json", "--team", "x", "--user", "x"],
    "export_chart": ["x", "x", "--person", "x", "--purpose", "treatment"],
    "issue_token": ["x"],
    "backup": ["/nowhere", "--key-file", "/nowhere/key"],
}


def test_a_database_of_before_is_known_by_somebodys_number(transactional_db, settings):
    """Upgraded from a version that kept no fingerprint: the key is held against a stored hash."""
    PatientIdentifierFactory(patient=PatientFactory(organisation=OrganisationFactory()))
    url = address()
    identifier_key.refuse_other_key(url, settings.IDENTIFIER_KEY)

    with pytest.raises(identifier_key.OtherKey):
        identifier_key.refuse_other_key(url, OTHER)
    settings.IDENTIFIER_KEY = OTHER
    with acting_as(project.DATABASE_OWNER), pytest.raises(CommandError, match="not the one"):
        keep_fingerprint()
    assert not IdentifierKey.objects.exists()


def test_the_fingerprint_is_kept_once_and_tells_nothing_of_the_key(filled, settings):
    with acting_as(project.DATABASE_OWNER):
        keep_fingerprint()

    assert IdentifierKey.objects.get().pk == filled.pk == 1
    assert filled.fingerprint not in settings.IDENTIFIER_KEY
    assert identifier_key.fingerprint(OTHER) != filled.fingerprint


def test_of_several_keys_the_newest_is_in_use(filled, settings):
    """So that a later version can change them row by row."""
    with acting_as(project.DATABASE_OWNER):
        IdentifierKey.objects.create(number=2, fingerprint=identifier_key.fingerprint(OTHER))
    url = address()

    identifier_key.refuse_other_key(url, OTHER)
    with pytest.raises(identifier_key.OtherKey):
        identifier_key.refuse_other_key(url, settings.IDENTIFIER_KEY)


def test_the_application_changes_no_fingerprint(filled):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        IdentifierKey.objects.update(fingerprint="f" * 64)


def test_a_database_that_is_away_or_empty_says_nothing(transactional_db, settings):
    identifier_key.refuse_other_key("postgresql:///x?host=/nowhere", OTHER)
    identifier_key.refuse_other_key(address(), OTHER)
