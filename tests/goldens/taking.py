"""Asks every question in one language and keeps the answers: a file each, and one index."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment
from django.utils import translation

from accounts.models import Organisation, User
from diagnosis.registry import actions as registry
from diagnosis.registry.models import ModelVersion
from diagnosis.registry.versions import store
from medportal.common.preferred_units import CHOICES
from tests.goldens import still
from tests.goldens.questions import STRANGER, Question, of_doctor, questions
from tests.goldens.world import World, build
from tests.servers import as_superuser, make_database, running_servers

OK, NOT_TAKEN, BROKEN = 200, 405, 500
STOPPED = (
    "portal_worklist", "portal_services", "portal_service_", "portal_run", "portal_ward",
    "portal_prediction_coronary", "portal_prediction-try_coronary", "api_service-detail",
)  # fmt: skip
IN_OTHER_UNITS = (
    "portal_chart", "portal_run", "portal_trend", "portal_observation", "portal_prediction_",
)  # fmt: skip
DAMAGED = (
    "portal_run", "portal_ward", "portal_cohort", "portal_version", "portal_prediction_diabetes",
    "portal_prediction-try_diabetes", "portal_prediction-reach_diabetes",
    "portal_prediction-sureness_diabetes",
)  # fmt: skip
"""What the doctor is asked to look at again where all is stopped, measured or damaged otherwise."""

V4 = rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
DIFFERENT_EACH_TIME: tuple[tuple[bytes, bytes], ...] = (
    (rb'(name="csrf(?:middleware)?-?token" (?:value|content)=")[^"]+', rb"\1TOKEN"),
    (rb'("csrf": ")[^"]+', rb"\1TOKEN"),
    (rb'( nonce=")[^"]+', rb"\1NONCE"),
    (V4, b"IDENTIFIER"),  # of no row: those of rows are counted and of version 5
    (rb"\b[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}\b", b"IDENTIFIER"),
)
"""All that is different in two answers to one question and is no fault."""


@dataclass
class Taken:
    asked: int = 0
    files: int = 0
    broken: list[str] = field(default_factory=list)
    index: list[str] = field(default_factory=list)


def take(folder: Path, language: str, only: str) -> Taken:
    setup_test_environment()
    logging.disable()
    taken = Taken()
    with running_servers():
        make_database(first=[still.DATABASE, still.SEARCH_PATH])
        as_superuser([still.TRAIL])
        with still.stillness() as clock, _one_transaction():
            world = build(clock)
            _Taker(clock, world, language, folder / language, taken).take(only)
        connection.close()
    (folder / language / "index.txt").write_text("\n".join(sorted(taken.index)) + "\n")
    return taken


@contextmanager
def _one_transaction() -> Iterator[None]:
    """Nothing is ever committed, so that no worker is rung."""
    with still.taken_back(), translation.override("en"):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield


class _Taker:
    def __init__(
        self, clock: still.Still, world: World, language: str, folder: Path, taken: Taken
    ) -> None:
        self.clock, self.world, self.language = clock, world, language
        self.folder, self.taken = folder, taken
        self.not_taken: set[tuple[str, str]] = set()
        """Addresses of acts: asked once, and not for each kind of what they name."""
        self.client = Client(raise_request_exception=False)
        self.cookies = {STRANGER: {}} | {n: _logged_in(u) for n, u in world.people.items()}

    def take(self, only: str) -> None:
        User.objects.update(previous_visit_at=still.START + timedelta(minutes=2))
        self._ask(q for q in questions(self.world) if q.name.startswith(only))
        if not only:
            self._take_under_conditions()

    def _take_under_conditions(self) -> None:
        with self.clock.undone():
            _stop_everything()
            self._ask(of_doctor(self.world, *STOPPED), "stopped")
        with self.clock.undone():
            units = {quantity: names[1] for quantity, names in CHOICES.items()}
            Organisation.objects.update(preferred_units=units)
            self._ask(of_doctor(self.world, *IN_OTHER_UNITS), "units")
        with _damaged_models():
            self._ask(of_doctor(self.world, *DAMAGED), "damaged")

    def _ask(self, asked: Iterable[Question], condition: str = "") -> None:
        for question in asked:
            if (question.route, question.method) not in self.not_taken:
                with self.clock.undone():
                    self._keep(question, condition, self._answer(question))

    def _answer(self, question: Question) -> Any:
        cache.clear()
        language = self.language
        headers = {"accept-language": language, **question.headers}
        client = self.client
        client.cookies.clear()
        content: dict[str, Any] = {"data": question.sent} if question.sent else {}
        if question.is_api:
            headers |= self.world.bearers[question.person]
            content |= {"content_type": "application/json"} if question.sent else {}
        else:
            client.cookies.load(self.cookies[question.person])
        if question.person:
            User.objects.filter(username=question.person).update(language=language)
        with translation.override(language):
            return getattr(client, question.method)(question.address, headers=headers, **content)

    def _keep(self, question: Question, condition: str, answer: Any) -> None:
        who = question.person or "stranger"
        name = "/".join(filter(None, (condition, who, question.name)))
        content = still_content(answer.getvalue())
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        leads_to = still_content(answer.headers.get("Location", "").encode()).decode()
        self.taken.asked += 1
        self.taken.index.append(f"{name} {answer.status_code} {kind} {leads_to}".rstrip())
        if answer.status_code == NOT_TAKEN:
            self.not_taken.add((question.route, question.method))
        if answer.status_code >= BROKEN:
            self.taken.broken.append(name)
        if content and (answer.status_code == OK or self._is_told(question, answer)):
            file = self.folder / f"{name}.{'html' if kind == 'text/html' else 'txt'}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            self.taken.files += 1

    def _is_told(self, question: Question, answer: Any) -> bool:
        """What else is a page of its own; a refusal of rights is one line of the index."""
        return answer.status_code not in (302, 403, 404, 405) or question.is_api


def still_content(content: bytes) -> bytes:
    for varying, instead in DIFFERENT_EACH_TIME:
        content = re.sub(varying, instead, content)
    return content


def _logged_in(user: User) -> dict[str, str]:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return {name: morsel.value for name, morsel in client.cookies.items()}


def _stop_everything() -> None:
    admin = User.objects.get(username="admin")
    for version in ModelVersion.objects.filter(state=ModelVersion.State.PUBLISHED):
        registry.stop_version(actor=admin, version=version, reason="Under inquiry.")


@contextmanager
def _damaged_models() -> Iterator[None]:
    """No model can be read: the store holds bytes that are none, and nobody a copy."""
    kept = {}
    copies = Path(settings.VAR) / "cache" / "artifacts"
    for digest in set(ModelVersion.objects.values_list("digest", flat=True)):
        name = store.object_name(digest)
        with default_storage.open(name) as stored:
            kept[name] = stored.read()
        _replace(name, b"no model")
        (copies / f"{digest}.zip").unlink(missing_ok=True)
    store.forget_loaded()
    yield
    for name, content in kept.items():
        _replace(name, content)
    store.forget_loaded()


def _replace(name: str, content: bytes) -> None:
    default_storage.delete(name)
    default_storage.save(name, ContentFile(content))
