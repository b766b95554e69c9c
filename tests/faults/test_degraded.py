"""A part is switched off, and the pages say so and what to do; what can go on goes on."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from diagnosis.inference.models import Prediction
from diagnosis.registry.versions.store import keep
from medportal.common import room
from medportal.common.errors import DomainError
from medportal.common.web import unavailable
from medportal.database import clock
from medportal.liveness import heartbeats
from medportal.supervisor.process import wait_until
from medportal.supervisor.servers import Servers
from tests.api.client import Caller
from tests.factories import administrator_at, nurse_at, team_of
from tests.inference import faults
from tests.runnable import Ward, again, artifact_of, ward

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 60
RUN = "services/coronary-disease/predictions"
PAPER = ("work on paper", "请改用纸质记录")


@pytest.fixture
def heart(transactional_db: None) -> Ward:
    return ward()


@pytest.fixture
def browser(client_for: Callable[..., Client]) -> Callable[..., Client]:
    """As a person has it: an error is a page."""

    def of(user, language: str = "en") -> Client:
        user.language = language
        user.save(update_fields=["language"])
        return client_for(user, raise_request_exception=False)

    return of


def text_of(answer) -> str:
    return unescape(answer.content.decode())


def page_of(prediction: Prediction) -> str:
    return reverse("portal:prediction", args=[prediction.pk])


@contextmanager
def without_database(servers: Servers) -> Iterator[None]:
    database = servers.children[1]
    assert database.name == "postgres"
    database.stop()
    try:
        yield
    finally:
        database.start()
        servers.postgres.wait(database)
        connection.close()


@contextmanager
def without_broker(servers: Servers) -> Iterator[None]:
    broker = servers.children[0]
    broker.stop()
    try:
        yield
    finally:
        broker.start()
        servers.valkey.wait(broker)


@contextmanager
def read_only() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        yield
    finally:
        connection.close()


def assert_paper(answer) -> None:
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) == unavailable.RETRY_SECONDS
    assert answer["Cache-Control"] == "no-store"
    for words in PAPER:
        assert words in text_of(answer)
    assert "ward 9, 4711" in text_of(answer)
    assert "Traceback" not in text_of(answer)


def assert_problem(answer) -> None:
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "unavailable"
    assert int(answer["Retry-After"]) == unavailable.RETRY_SECONDS


def test_without_the_database_every_page_is_the_paper_procedure(heart, browser, servers, settings):
    settings.DOWNTIME_CONTACT = "ward 9, 4711"
    person, system = browser(heart.doctor), Caller(heart.doctor)
    with without_database(servers):
        for address in ("/", reverse("portal:chart", args=[heart.patient.pk]), "/accounts/login/"):
            assert_paper(person.get(address))
        assert_paper(person.post("/patients/", {"query": "Silva"}))
        assert_problem(system.post(RUN, {"patient": str(heart.patient.pk)}))
        assert Client().get("/livez").status_code == 200
        assert Client().get("/readyz").status_code == 503

    assert person.get("/").status_code == 200
    assert not Prediction.unscoped.exists()


def test_a_database_that_takes_nothing_is_said_and_nothing_is_half_written(
    heart, browser, settings
):
    settings.DOWNTIME_CONTACT = "ward 9, 4711"
    person, system = browser(heart.doctor), Caller(heart.doctor)
    with read_only():
        assert_paper(person.get("/"))  # a list that no event records may not be shown
        assert_problem(system.post(RUN, {"patient": str(heart.patient.pk)}))
        assert Client().get("/livez").status_code == 200
        ready = Client().get("/readyz")

    assert (ready.status_code, ready.json()["database"], ready.json()["writes"]) == (
        503, True, False,
    )  # fmt: skip
    assert Client().get("/readyz").status_code == 200
    assert not AuditEvent.objects.filter(act="system.ready").exists()
    assert not Prediction.unscoped.exists()
    assert system.post(RUN, {"patient": str(heart.patient.pk)}).status_code == 202


def test_without_the_broker_a_click_is_stored_at_once_and_the_page_says_queued(
    heart, browser, servers
):
    system = Caller(heart.doctor)
    with without_broker(servers):
        began = time.monotonic()
        answer = system.post(RUN, {"patient": str(heart.patient.pk)}, Prefer="wait=1")
        took = time.monotonic() - began
        prediction = Prediction.unscoped.get()
        english = browser(heart.doctor).get(page_of(prediction))
        chinese = browser(heart.doctor, "zh-hans").get(page_of(prediction))
        chart = browser(heart.doctor).get(reverse("portal:chart", args=[heart.patient.pk]))

    assert answer.status_code == 202
    assert took < 4, "a second to wait, and a second at most for the broker"
    assert "Queued, waiting for the service" in text_of(english)
    assert "排队中" in text_of(chinese)
    assert chart.status_code == 200
    assert again(prediction).state == "queued"


def test_a_broker_that_hangs_costs_a_click_a_second(heart, servers):
    """A click of REST: its limits are counted in the same broker that rings for the worker."""
    system = Caller(heart.doctor)
    assert system.get("services").status_code == 200  # sessions and connections are there
    broker = servers.children[0]
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        answer = system.post(RUN, {"patient": str(heart.patient.pk)})
        took = time.monotonic() - began
    finally:
        os.kill(broker.pid, signal.SIGCONT)

    assert answer.status_code == 202
    assert took < 1.5
    assert Prediction.unscoped.get().state == "queued"


def test_without_the_broker_ten_wrong_passwords_still_lock_the_door(heart, servers):
    tried = {"login": heart.doctor.username, "password": "wrong"}
    with without_broker(servers):
        answers = [Client().post("/accounts/login/", tried).status_code for _ in range(11)]

    assert answers[-1] == 429


def test_while_no_worker_shows_life_every_page_says_since_when(heart, browser, started, settings):
    settings.SILENCE_SECONDS = {"interactive": 3.0}
    nurse = nurse_at(heart.organisation)
    team_of(heart.doctor, nurse)
    child = started("watched", MEDPORTAL_ROLE="interactive")
    assert wait_until(lambda: "interactive" in heartbeats.kinds(), SECONDS)
    assert "No new scores" not in text_of(browser(heart.doctor).get("/"))

    with faults.asleep(child):
        assert child.runs()
        assert wait_until(lambda: heartbeats.kinds()["interactive"].is_silent, SECONDS)
        since = f"{heartbeats.kinds()['interactive'].seen_at:%H:%M}"
        for user in (heart.doctor, nurse):
            assert f"No new scores since {since}." in text_of(browser(user).get("/"))
        assert f"自{since}起没有新的评分" in text_of(browser(heart.doctor, "zh-hans").get("/"))

    assert wait_until(lambda: not heartbeats.kinds()["interactive"].is_silent, SECONDS)
    assert "No new scores" not in text_of(browser(heart.doctor).get("/"))


def test_on_a_full_disk_files_are_refused_and_reading_goes_on(heart, browser, settings, tmp_path):
    person = browser(heart.doctor)
    empty = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    empty["OPTIONS"] = {"location": tmp_path}  # what is kept already needs no room
    settings.STORAGES = settings.STORAGES | {"default": empty}
    settings.FREE_BYTES = room.free_bytes() * 2
    file = SimpleUploadedFile("chart.json", b"{}")

    refused = person.post("/patients/", {"query": "Silva", "file": file})
    with pytest.raises(DomainError, match="storage_full"):
        keep(artifact_of("breast-mass"))

    assert refused.status_code == 507
    assert "no room for files" in text_of(refused)
    assert AuditEvent.objects.filter(act="patient.search", outcome="failed").count() == 1
    typed = "application/x-www-form-urlencoded"
    assert person.post("/patients/", "query=Silva", content_type=typed).status_code == 200
    assert person.get(reverse("portal:chart", args=[heart.patient.pk])).status_code == 200


def test_a_write_that_meets_the_end_of_the_disk_is_no_fault_of_ours():
    def fill() -> None:
        with Path("/dev/full").open("w") as full:
            full.write("x")

    with pytest.raises(OSError, match="No space left") as met:
        fill()

    assert unavailable.is_unavailable(met.value)
    assert not unavailable.is_unavailable(ValueError("ours"))


def test_a_clock_that_is_off_is_said_to_administrators_alone(heart, browser, monkeypatch, settings):
    settings.METRICS_TOKEN = "watcher"
    administrator = administrator_at(heart.organisation)
    ahead = SimpleNamespace(now=lambda: timezone.now() + timedelta(seconds=7))
    monkeypatch.setattr(clock, "timezone", ahead)

    warned = text_of(browser(administrator).get("/admin/"))
    metrics = text_of(Client().get("/metrics", headers={"Authorization": "Bearer watcher"}))

    assert "clock and the database's are 7 seconds apart" in warned
    assert "seconds apart" not in text_of(browser(heart.doctor).get("/"))
    found = re.search(r"^medportal_clock_offset_seconds (\S+)$", metrics, re.MULTILINE)
    assert found
    assert 6 < float(found[1]) < 8
    monkeypatch.setattr(clock, "timezone", timezone)
    assert "seconds apart" not in text_of(browser(administrator).get("/admin/"))
