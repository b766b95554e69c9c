"""The disk of the database is really full: a small one of memory. Needs the right to mount."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from diagnosis.inference.models import Prediction
from medportal.configuration.addresses import database_parts
from medportal.supervisor import postgres
from medportal.supervisor.process import wait_until
from medportal.supervisor.servers import Servers
from medportal.supervisor.system import ELSEWHERE
from tests.api.client import Caller
from tests.runnable import ward

SECONDS = 60
ROLES = (postgres.OWNER, postgres.APPLICATION)


@pytest.fixture(scope="module")
def small_disk() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="mp-full-", dir=ELSEWHERE))
    mount = ["mount", "-t", "tmpfs", "-o", "size=220m,mode=711", "tmpfs", str(folder)]
    try:
        if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("Nobody here may mount a disk.")
        yield folder
        subprocess.run(["umount", str(folder)], check=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def its_servers(small_disk: Path) -> Iterator[Servers]:
    with Servers(small_disk, profile="test", throwaway=True) as servers:
        yield servers


@pytest.fixture
def heart(its_servers, django_db_setup, django_db_blocker, settings, unrung):
    """A ward in a database on that disk."""
    kept = dict(connection.settings_dict)
    of = {role: database_parts(its_servers.postgres.url(role)) for role in ROLES}
    for parts in of.values():
        parts.pop("OPTIONS")
    settings.DATABASE_OWNER = {**project.DATABASE_OWNER, **of[postgres.OWNER]}
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update(of[postgres.APPLICATION])
        call_command("migrate", verbosity=0, interactive=False)
        yield ward()
        connection.close()
        connection.settings_dict.update(kept)


def fill(folder: Path) -> Path:
    """To the last byte."""
    filling = folder / "filling"
    with suppress(OSError), filling.open("wb", buffering=0) as full:
        while True:
            full.write(bytes(1 << 16))
    with suppress(OSError), filling.open("ab", buffering=0) as full:
        while True:
            full.write(b"0")
    return filling


def test_on_a_full_disk_of_the_database_every_page_is_the_paper_procedure_until_there_is_room(
    heart, small_disk, client_for
):
    person = client_for(heart.doctor, raise_request_exception=False)
    system = Caller(heart.doctor)
    chart = reverse("portal:chart", args=[heart.patient.pk])
    assert person.get(chart).status_code == 200
    before = AuditEvent.objects.count()
    filling = fill(small_disk)

    answers = []

    def refused() -> bool:
        """A few events find room in pages that are there already."""
        answers.append(person.get(chart))
        return answers[-1].status_code == 503

    assert wait_until(refused, SECONDS)
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert "work on paper" in answers[-1].content.decode()
    ready = Client().get("/readyz")
    asked = system.post("services/coronary-disease/predictions", {"patient": str(heart.patient.pk)})
    assert (ready.status_code, ready.json()["writes"]) == (503, False)
    assert asked.status_code == 503

    filling.unlink()
    assert wait_until(lambda: person.get(chart).status_code == 200, SECONDS)
    assert Client().get("/readyz").status_code == 200
    shown = sum(answer.status_code == 200 for answer in answers) + 1
    assert AuditEvent.objects.count() == before + shown, "what was shown has its event"
    assert not Prediction.unscoped.exists()
