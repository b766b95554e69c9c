"""`make backup` and its kin: what they refuse, and a backup that is killed."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from medportal.configuration.addresses import ROOT
from medportal.operations.backups import keeping
from medportal.supervisor.process import wait_until
from medportal.tools.launch.apart import environment
from tests.factories import OrganisationFactory

REFUSED = {
    "no installation": ("backup", {"TO": "/backups", "KEY": "/key"}, "There is no installation in"),
    "no key": ("restore", {"FROM": "/backups/x"}, "Which one? Give KEY=/path."),
    "no source": ("verify-backup", {}, "Which one? Give FROM=/path."),
    "no backup there": ("restore", {"FROM": "/nowhere", "KEY": "{folder}/key"}, "No key at"),
    "a portal that runs": ("upgrade", {"TO": "/backups", "KEY": "/key"}, "Stop the portal first"),
    "a place that is not empty": ("restore", {"FROM": "/x", "KEY": "/key"}, "is not empty"),
    "servers named elsewhere": (
        "restore",
        {"FROM": "/x", "KEY": "/key", "DATABASE_URL": "postgresql:///x"},
        "points elsewhere",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(what, tmp_path):
    command, given, words = REFUSED[what]
    var = tmp_path / "var"
    lock = None
    if what == "a portal that runs":
        var.mkdir()
        (var / "ready").touch()
        lock = (var / "servers.lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
    if what == "a place that is not empty":
        (var / "objects").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))

    done = subprocess.run(
        [sys.executable, "-m", "medportal.tools.launch", command],
        cwd=ROOT,
        env=environment(var, **{k: v.format(folder=tmp_path) for k, v in given.items()}),
        capture_output=True,
        text=True,
        check=False,
    )

    if lock:
        lock.close()
    assert done.returncode == 1
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before


STUCK = """#!/bin/sh
case "$1" in --version) echo "pg_dump (PostgreSQL) 18.6"; exit;; esac
head -c 3000000 /dev/zero
exec sleep 600
"""


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_is_killed_leaves_nothing_that_looks_like_one(tmp_path: Path):
    OrganisationFactory()
    destination, key = tmp_path / "backups", tmp_path / "key"
    keeping.make_key(key)
    (tmp_path / "pg_dump").write_text(STUCK)
    (tmp_path / "pg_dump").chmod(0o755)
    surroundings = os.environ | {
        "MEDPORTAL_TEST_DATABASE": connection.settings_dict["NAME"],
        "MEDPORTAL_PG_PROGRAMS": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "medportal.settings.test",
    }
    with subprocess.Popen(
        [sys.executable, "manage.py", "backup", str(destination), "--key-file", str(key)],
        cwd=ROOT,
        env=surroundings,
        start_new_session=True,
    ) as process:
        try:
            begun = wait_until(lambda: list(destination.glob(".making-*/database.sealed")), 60)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
    assert begun
    assert not list(destination.glob("medportal-*"))

    made = keeping.back_up(destination, keeping.read_key(key))

    assert [path.name for path in destination.iterdir() if path.is_dir()] == [made.name]
