"""The whole way back: a running portal's backup, an empty place, the written steps, a portal."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import psycopg
import pytest

from medportal.configuration.addresses import ROOT
from medportal.tools.launch.apart import Installation, environment, running
from tests.e2e.cast import chosen

LOOK = """
import json
from accounts.models import AuditEvent
from diagnosis.inference.models import Prediction
from diagnosis.inference.scoring.reproducing import reproduce
from django.contrib.sessions.models import Session
from django.db import transaction

with transaction.atomic():
    done = Prediction.unscoped.filter(state="done").select_related("version__service", "service")
    again = [reproduce(prediction) for prediction in done]
    events = AuditEvent.objects.exclude(act__startswith="backup.")
    print(json.dumps({
        "predictions": len(again), "differ": sum(not one.is_same for one in again),
        "events": events.count(), "last": str(events.first().pk),
        "restored": AuditEvent.objects.filter(act="backup.restore").count(),
        "sessions": Session.objects.count()}))
"""


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="mp-restore-", dir="/var/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def backup(portal: Installation, place: Path) -> Path:
    """Of the demonstration, while it runs."""
    portal.manage("backup_key", str(place / "key"))
    portal.manage("backup", str(place / "backups"), "--key-file", str(place / "key"))
    return next((place / "backups").glob("medportal-*"))


def make(command: str, var: Path, **given: object) -> subprocess.CompletedProcess[str]:
    """``make COMMAND KEY=… FROM=…``, without make."""
    return subprocess.run(
        [sys.executable, "-m", "medportal.tools.launch", command],
        cwd=ROOT,
        env=environment(var, **{name: str(value) for name, value in given.items()}),
        capture_output=True,
        text=True,
        check=False,
    )


def look(installation: Installation) -> dict[str, Any]:
    said = installation.manage("shell", "-v", "0", "-c", LOOK)
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def log_in(url: str, username: str, password: str) -> str:
    """By the form; returns the page behind it."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    page = browser.open(f"{url}/accounts/login/", timeout=20).read().decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    form = {"csrfmiddlewaretoken": token, "login": username, "password": password}
    sent = urllib.request.Request(f"{url}/accounts/login/", urllib.parse.urlencode(form).encode())
    return str(browser.open(sent, timeout=20).read().decode())


def search(installation: Installation, token: str, number: str) -> list[str]:
    sent = urllib.request.Request(
        f"{installation.url}/api/v1/patients/search",
        json.dumps({"identifier": number}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(sent, timeout=20) as answer:
        return [patient["id"] for patient in json.load(answer)["results"]]


def test_without_the_right_key_one_line_says_so_and_nothing_stays(backup: Path, place: Path):
    (place / "other").write_text((place / "key").read_text().replace('"key": "', '"key": "AAAA')[:])
    tries = {
        place / "gone": "without the key set that was kept apart",
        place / "other": "is no key set",
        backup / "key": "keep the key apart",
    }

    for key, words in tries.items():
        done = make("restore", place / "nowhere", FROM=backup, KEY=key)
        assert done.returncode == 1
        assert words in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert not (place / "nowhere").exists()


def test_a_restored_portal_is_the_one_that_was_backed_up(
    portal: Installation, backup: Path, place: Path
):
    before, who = look(portal), chosen(portal)["pbc-prognosis"][0]
    var = place / "var"

    done = make("restore", var, FROM=backup, KEY=place / "key")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Restored into" in done.stdout
    twice = make("restore", var, FROM=backup, KEY=place / "key")
    assert "is not empty" in twice.stderr

    with running(var) as restored:
        after = look(restored)
        page = log_in(restored.url, "doctor", restored.password)
        found = search(restored, restored.token("doctor"), who.number)
        _refuse_changes_of_the_trail(var)

    assert restored.password == portal.password
    assert "/logout" in page, "the doctor is in"
    assert found == [who.id]
    assert after["predictions"] == before["predictions"] > 0
    assert after["differ"] == 0, "stored inputs through stored artifacts give the stored numbers"
    assert after["events"] >= before["events"] > 0
    assert after["restored"] > 0


def _refuse_changes_of_the_trail(var: Path) -> None:
    addresses = json.loads((var / "servers.json").read_text())
    addresses |= json.loads((var / "owner.json").read_text())
    for role in ("database_url", "owner_url"):
        with psycopg.connect(addresses[role]) as session:
            for statement in (
                "UPDATE accounts_auditevent SET act = ''",
                "DELETE FROM accounts_auditevent",
                "TRUNCATE accounts_auditevent",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege), session.transaction():
                    session.execute(statement)
