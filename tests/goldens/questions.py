"""What is asked of the world: every address, as everybody who sees it differently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.urls import reverse

from tests.contracts.routes import Route, reverse_arguments, routes
from tests.goldens.world import World

STRANGER = ""
AT_THE_BEDSIDE = ("doctor", "nurse")
BY_TOKEN = ("doctor", "nurse", "program", "admin")
BY_SCRIPT = {"HX-Request": "true"}
OF_A_PATIENT = {"patient", "prediction", "observation", "import_run"}
NEVER_ASKED = ("live", "ready", "metrics", "admin:jsi18n", "set_language")
"""Of machines and scripts; nothing on them is the portal's word to a person."""

PARTS = (
    "portal:prediction-alike", "portal:prediction-reach", "portal:prediction-sureness",
    "portal:prediction-status",
)  # fmt: skip
"""What a page's script asks for by itself."""

FOR_NURSES_TOO = ("portal:prediction", "portal:prediction-print", "portal:prediction-sheet")
"""Of a result, what is asked for the nurse as well in its every state."""

SOME = 6
"""Of how many kinds it is asked what is much the same for each."""

BEHIND: dict[str, tuple[dict[str, str], ...]] = {
    "portal:worklist": (
        {"show": "all"}, {"show": "mine"}, {"show": "refused"}, {"show": "running"},
        {"show": "all", "page": "2"}, {"show": "new"},
        {"service": "coronary-disease", "risk": "1"},
    ),
    "portal:patients": ({"page": "2"},),
    "portal:observation-add": ({"q": "glucose"}, {"code": "8480-6"}),
    "portal:prediction-try": ({"doubts": ""},),
    "portal:prediction": ({"order": "group"}, {"group": "family"}),
    "portal:usage": ({"month": "2027-01"},),
    "portal:cohort": ({"expired": "1"}, {"feature": "age"}),
    "api:patient-list": ({"limit": "3"},),
}  # fmt: skip
"""What may stand behind an address, beside nothing."""

SENT: dict[str, dict[str, str]] = {
    "portal:patients": {"query": "an"},
    "portal:notes": {"query": "patient"},
    "portal:service": {"query": "an"},
    "portal:run": {"changes": "what_if"},
    "portal:observation-add": {"code": "8480-6", "value": "many"},
    "portal:prediction-decide": {"action": ""},
    "portal:prediction-try": {"value_age": "71", "value_systolic_bp": "171", "value_bmi": "41"},
    "portal:audit": {"form": "csv"},
    "api:patient-search": {"name": "a"},
    "api:note-search": {"text": "patient"},
}
"""Forms that lead to a page, and what a person typed into them."""


@dataclass(frozen=True)
class Question:
    """One address as one person."""

    name: str
    """The route, the kind of what it names, what stands behind it: the golden's file."""
    route: str
    address: str
    person: str
    method: str = "get"
    sent: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_api(self) -> bool:
        return self.name.startswith(("api_", "schema", "docs"))


def questions(world: World) -> Iterator[Question]:
    for route in routes():
        if route.is_named and route.name not in NEVER_ASKED and "delete" not in route.name:
            yield from _of_route(world, route)


def of_doctor(world: World, *words: str) -> Iterator[Question]:
    """What the doctor sees of addresses whose names begin so: under another condition."""
    for question in questions(world):
        if question.person == "doctor" and question.name.startswith(words):
            yield question


def _of_route(world: World, route: Route) -> Iterator[Question]:
    named = bool(OF_A_PATIENT & set(reverse_arguments(route.name)))
    for number, (kind, address) in enumerate(_addresses(world, route.name)):
        name = "_".join(filter(None, (_file(route.name), _file(kind))))
        if route.name in PARTS:
            yield Question(f"{name}~part", route.name, address, "doctor", headers=BY_SCRIPT)
        if route.name in PARTS and number >= SOME:
            continue
        for person in _people(route, named=named, first=not number):
            yield Question(name, route.name, address, person)
        if number < SOME or "prediction" in route.name:
            yield from _asked_more(route, name, address, first=not number)


def _asked_more(route: Route, name: str, address: str, *, first: bool) -> Iterator[Question]:
    ask = partial(Question, route=route.name)
    bedside = AT_THE_BEDSIDE if first else ("doctor",)
    for person in ("privacy",) if route.name == "portal:audit" else bedside:
        for behind in BEHIND.get(route.name, ()):
            query = urlencode(behind)
            asked = f"{address}?{query}"
            yield ask(f"{name}~{_file(query)}", address=asked, person=person)
        if route.name in SENT:
            post = partial(
                ask, address=address, person=person, method="post", sent=SENT[route.name]
            )
            by_script = route.name == "portal:prediction-try"
            yield post(f"{name}~sent", headers=BY_SCRIPT if by_script else {})


def _people(route: Route, *, named: bool, first: bool) -> tuple[str, ...]:
    """Whoever sees it differently; of a patient's pages those of no team are refused once."""
    if route.name.startswith("admin:"):
        return ("admin",) if not first else ("admin", "doctor")
    if route.is_api:
        return BY_TOKEN if first or not named else ("doctor",)
    if named and not first:
        is_of_result = route.name.startswith("portal:prediction")
        for_both = not is_of_result or route.name in FOR_NURSES_TOO
        return AT_THE_BEDSIDE if for_both else ("doctor",)
    everybody = ("doctor", "nurse", "doctor2", "scientist", "reviewer", "privacy", "admin")
    return (*everybody, STRANGER)


def _addresses(world: World, name: str) -> Iterator[tuple[str, str]]:
    """One address for each kind of what the route names; its other arguments go with that."""
    wanted = reverse_arguments(name)
    if set(wanted) <= {"app_label"}:
        yield "", reverse(name, kwargs=dict.fromkeys(wanted, "accounts"))
    elif "object_id" in wanted:
        yield from _administered(name)
    elif {"patient", "slug"} <= set(wanted):
        yield from _courses(world, name)
    elif "observation" in wanted:
        row = world.first("observation")
        held = {"observation": row.pk, "patient": row.patient_id}
        yield "", reverse(name, kwargs={word: held[word] for word in wanted})
    elif "estimate" in wanted:
        yield from _estimates(world, name)
    else:
        (word,) = wanted
        for kind, row in world.named[word].items():
            yield kind, reverse(name, kwargs={word: kind if word == "slug" else row.pk})


def _estimates(world: World, name: str) -> Iterator[tuple[str, str]]:
    """Of every result the one that is explained, and one that is not."""
    for kind, row in world.named["prediction"].items():
        for estimate in ("event", "nobody"):
            kwargs = {"prediction": row.pk, "estimate": estimate}
            yield f"{kind} {estimate}", reverse(name, kwargs=kwargs)


def _courses(world: World, name: str) -> Iterator[tuple[str, str]]:
    """Each service on the patient with most of its results, and on some whom it does not fit."""
    for slug, patient in world.courses.items():
        yield slug, reverse(name, kwargs={"slug": slug, "patient": patient.pk})
    for kind, patient in islice(reversed(world.named["patient"].items()), 4):
        for slug in islice(world.courses, 2):
            yield f"{slug} {kind}", reverse(name, kwargs={"slug": slug, "patient": patient.pk})


def _administered(name: str) -> Iterator[tuple[str, str]]:
    label, model = name.removeprefix("admin:").split("_")[:2]
    manager: Any = apps.get_model(label, model)._default_manager
    row = manager.order_by("pk").first()
    if row is not None:
        yield "", reverse(name, args=[row.pk])


def _file(words: str) -> str:
    return "".join(c if c.isalnum() or c in "-.=" else "_" for c in words).strip("_")
