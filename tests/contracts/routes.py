"""Every address of the portal, and a ward on which each of them can be tried."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Role, User
from tests import factories
from tests.portal.results import finished, in_store, version_of

COLUMNS = (
    "stranger",  # not logged in, no token
    "doctor",  # of the patient's care team
    "nurse",  # of the patient's care team
    "system",  # a service client of the patient's care team
    "colleague",  # a clinician of the same house, in another team
    "elsewhere",  # a clinician of another house
    "scientist",
    "reviewer",
    "officer",
    "administrator",
    "mighty",  # every role that one person may join, and a superuser, in another house
)
OUTSIDERS = ("colleague", "elsewhere", "mighty")
SEES_THE_PATIENT = ("doctor", "nurse", "system")
FAMILY_NAME = "Vanterpool"
"""Of the patient; it stands on no page of anybody else, the privacy officer's own apart."""


MIGHTY = (
    Role.CLINICIAN,
    Role.NURSE,
    Role.DATA_SCIENTIST,
    Role.REVIEWER,
    Role.ADMINISTRATOR,
)

COMMIT_BY_THEMSELVES = ("api:service-predictions", "api:import-list")
"""They wait outside a transaction, so they are tried with rows that are really committed."""

NOBODY = {"resource": {"resourceType": "Patient"}}
"""Of an import that is refused to the last patient, when a worker reads it."""


@dataclass(frozen=True)
class Route:
    name: str
    """``namespace:name``; the pattern itself where nobody named it."""
    pattern: str
    is_named: bool = True
    view: Any = None

    @property
    def is_api(self) -> bool:
        return self.name.startswith(("api:", "schema", "docs"))


def routes() -> list[Route]:
    return list(_walk(get_resolver(), "", ""))


def _walk(resolver: URLResolver, namespace: str, prefix: str) -> Iterator[Route]:
    for found in resolver.url_patterns:
        pattern = prefix + str(found.pattern)
        if isinstance(found, URLPattern):
            name = f"{namespace}{found.name}" if found.name else pattern
            yield Route(name, pattern, bool(found.name), found.callback)
        else:
            inner = f"{namespace}{found.namespace}:" if found.namespace else namespace
            yield from _walk(found, inner, pattern)


@dataclass(frozen=True)
class Endpoint:
    """One method of one address of REST, and the scope that its view declares for it."""

    route: Route
    method: str
    act: str
    view: Any

    @property
    def scope(self) -> str | None:
        return getattr(self.view, "scopes", {}).get(self.act)


def endpoints() -> Iterator[Endpoint]:
    for route in routes():
        if not route.name.startswith("api:"):
            continue
        view = route.view.cls
        own = {name: name.upper() for name in view.http_method_names if hasattr(view, name)}
        acts = getattr(route.view, "actions", None) or own
        for method, act in acts.items():
            if method not in ("head", "options"):
                yield Endpoint(route, method.upper(), act, view)


@dataclass
class World:
    """A ward with one patient and everything that an address may name."""

    house: Any
    people: dict[str, User]
    patient: Any
    rows: dict[str, Any]
    foreign: dict[str, Any]
    """What a clinician of another house has: a patient, a prediction, and so on."""
    colleagues: dict[str, Any]

    def without(self, *names: str) -> World:
        """The same as far as addresses and bodies go, which name what does not exist."""
        rows = self.rows | {name: absent(self.rows[name]) for name in names}
        return replace(self, patient=rows["patient"], rows=rows)

    def with_foreign(self, *names: str) -> World:
        """The same, but what is named in addresses and bodies belongs to another house."""
        rows = {**self.rows, **{name: self.foreign[name] for name in names}}
        return replace(self, patient=rows["patient"], rows=rows)

    def address(self, route: Route) -> str:
        if not route.is_named:
            return self._unnamed(route.pattern)
        names = reverse_arguments(route.name)
        values = {name: self._value(route, name) for name in names}
        return reverse(route.name, kwargs=values or None)

    def question(self, route: Route, method: str) -> str:
        """What an address needs behind it."""
        is_import = (route.name, method) == ("api:import-list", "POST")
        return f"?team={self.rows['accounts_careteam'].pk}" if is_import else ""

    def _value(self, route: Route, name: str) -> Any:
        if name == "object_id":
            return self.rows[route.name.split(":")[1].rsplit("_", 1)[0]].pk
        if name == "app_label":
            return "accounts"
        row = self.rows[name]
        return row if isinstance(row, str) else row.pk

    def body(self, route: Route) -> dict[str, Any]:
        """What a program has to send so that only its rights decide."""
        patient, now = str(self.patient.pk), "2026-05-06T07:08:09Z"
        value = {"code": "8480-6", "value": 128, "unit": "mm[Hg]", "observed_at": now}
        happened = {"event": True, "occurred_on": "2026-05-06", "source": "registry"}
        one = {**value, "patient": patient, "source_identifier": "lab-1"}
        bodies: dict[str, dict[str, Any]] = {
            "api:patient-search": {"name": FAMILY_NAME},
            "api:note-search": {"text": "seen"},
            "api:observation-list": {**value, "patient": patient},
            "api:observation-bulk": {"source": "laboratory", "observations": [one]},
            "api:observation-correct": {"value": 131, "unit": "mm[Hg]", "reason": "misread"},
            "api:observation-withdraw": {"reason": "of somebody else"},
            "api:prediction-decisions": {"assessment": "about-right", "action": "biopsy"},
            "api:prediction-outcomes": happened,
            "api:outcome-list": {**happened, "service": self.rows["slug"], "patient": patient},
            "api:service-predictions": {"patient": patient},
            "api:import-list": {"resourceType": "Bundle", "type": "batch", "entry": [NOBODY]},
        }
        return bodies.get(route.name, {})

    def _unnamed(self, pattern: str) -> str:
        parts = pattern.split("/")
        if "<path:object_id>" not in pattern:
            return "/admin/nothing/here/"
        return f"/admin/{parts[1]}/{parts[2]}/{self.rows[f'{parts[1]}_{parts[2]}'].pk}/"


def reverse_arguments(name: str) -> list[str]:
    """The names of what an address holds."""
    resolver, *inner = get_resolver(), *name.split(":")[:-1]
    for namespace in inner:
        resolver = resolver.namespace_dict[namespace][1]
    possibilities = resolver.reverse_dict.getlist(name.split(":")[-1])
    return list(possibilities[0][0][0][1])


def world_of() -> World:
    house, other = factories.OrganisationFactory(), factories.OrganisationFactory()
    people = {
        "doctor": factories.clinician_at(house),
        "nurse": factories.nurse_at(house),
        "system": factories.person_at(house, Role.SERVICE_CLIENT),
        "colleague": factories.clinician_at(house),
        "elsewhere": factories.clinician_at(other),
        "scientist": factories.data_scientist_at(house),
        "reviewer": factories.reviewer_at(house),
        "officer": factories.privacy_officer_at(house),
        "administrator": factories.administrator_at(house),
        "mighty": factories.person_at(other, *MIGHTY, is_superuser=True, is_staff=True),
    }
    team = factories.team_of(people["doctor"], people["nurse"], people["system"])
    theirs = {name: factories.patient_of(people[name]) for name in OUTSIDERS}
    patient = factories.patient_of(team=team, family_name=FAMILY_NAME)
    version = version_of(house)
    in_store(version.service.slug)
    prediction = finished(version, people["doctor"], patient)
    far = factories.published(other)
    predicted = {
        "colleague": finished(version, people["colleague"], theirs["colleague"]),
        "elsewhere": factories.PredictionFactory(
            version=far, patient=theirs["elsewhere"], requested_by=people["elsewhere"]
        ),
    }
    factories.WardCaseFactory(service=version.service)
    token = factories.ApiTokenFactory(user=people["doctor"])
    rows = {
        "patient": patient,
        "observation": factories.ObservationFactory(patient=patient),
        "prediction": prediction,
        "slug": version.service.slug,
        "estimate": "event",
        "version": version,
        "token": token,
        "import_run": factories.ImportRunFactory(requested_by=people["doctor"], team=team),
        "user": people["nurse"],
        "accounts_organisation": house,
        "accounts_user": people["nurse"],
        "accounts_careteam": team,
        "accounts_apitoken": token,
        "registry_service": version.service,
        "registry_quota": factories.QuotaFactory(service=version.service),
        "registry_modelversion": version,
        "registry_sheetversion": version.service.sheet,
    }
    foreign = {
        "patient": theirs["elsewhere"],
        "observation": factories.ObservationFactory(patient=theirs["elsewhere"]),
        "prediction": predicted["elsewhere"],
        "slug": far.service.slug,
        "estimate": "event",
        "version": far,
        "token": factories.ApiTokenFactory(user=people["elsewhere"]),
        "import_run": factories.ImportRunFactory(requested_by=people["elsewhere"]),
        "user": people["elsewhere"],
        "accounts_careteam": factories.team_of(people["elsewhere"]),
    }
    colleagues = {
        "patient-of-a-colleague": theirs["colleague"],
        "prediction-of-a-colleague": predicted["colleague"],
    }
    return World(house, people, patient, rows, foreign, colleagues)


def absent(row: Any) -> Any:
    """In the place of ``row``, what nobody ever had."""
    return "no-such-service" if isinstance(row, str) else SimpleNamespace(pk=uuid4())


class Caller:
    """One person: every request in a browser of its own, and undone when it is answered."""

    def __init__(self, world: World, column: str) -> None:
        self.world = world
        self.cookies: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        if column != "stranger":
            person = world.people[column]
            browser = Client()
            browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
            self.cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
            self.headers = factories.bearer_of(person)

    def ask(self, route: Route, method: str, world: World | None = None) -> Any:
        """The answer, with the statements that it took; the world is as before."""
        mark = transaction.savepoint()
        found = self.ask_for_good(route, method, world)
        transaction.set_rollback(False)  # the savepoint undoes what a failing view left broken
        transaction.savepoint_rollback(mark)
        return found

    def ask_for_good(self, route: Route, method: str, world: World | None = None) -> Any:
        world = world or self.world
        client = Client(raise_request_exception=False)
        extra: dict[str, Any] = {}
        if route.is_api:
            extra["headers"] = self.headers
            if method == "POST":
                body = json.dumps(world.body(route))
                extra |= {"data": body, "content_type": "application/json"}
        else:
            client.cookies.load(self.cookies)
        connection.queries_log.clear()
        with CaptureQueriesContext(connection) as captured:
            address = world.address(route) + world.question(route, method)
            answer = getattr(client, method.lower())(address, **extra)
        return SimpleNamespace(
            status=answer.status_code,
            body=b"" if answer.streaming else answer.content,
            statements=[query["sql"] or "" for query in captured.captured_queries],
        )
