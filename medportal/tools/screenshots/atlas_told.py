"""What a demonstration says of itself, from inside: its addresses, from the resolver, and names."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Count
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import ApiToken, CareTeam, Organisation, User
from diagnosis.inference.models import Prediction
from diagnosis.records.models import ImportRun, Note, Observation, Patient
from diagnosis.registry.models import ModelVersion, Service
from medportal.tools.screenshots.addresses import Atlas

LEADS_TO_NO_PAGE = ("api:", "schema", "live", "ready", "metrics")
Kinds = dict[str, dict[str, Any]]
"""Names of what an address holds: each kind of it, with one such row of the demonstration."""


def tell() -> None:
    with transaction.atomic():
        atlas = Atlas(dict(addresses()), sorted(_names()))
    print(json.dumps(asdict(atlas)))  # noqa: T201  # read by the process that asked


def _names() -> set[str]:
    people = User.objects.values_list("display_name", "username")
    houses = Organisation.objects.values_list("name")
    things = [*CareTeam.objects.values_list("name"), *ApiToken.objects.values_list("name")]
    patients = Patient.unscoped.values_list("family_name", "given_name")
    return {name for row in [*people, *patients, *houses, *things] for name in row if name}


def addresses() -> Iterator[tuple[str, str]]:
    kinds = _kinds()
    for name in names():
        if name.startswith(LEADS_TO_NO_PAGE):
            continue
        wanted = arguments(name)
        if "object_id" in wanted:
            yield name, reverse(name, args=[_object(name)])
        elif "app_label" in wanted:
            yield name, reverse(name, kwargs={"app_label": "accounts"})
        else:
            yield from _filled_in(name, wanted, kinds)


def _filled_in(name: str, wanted: list[str], kinds: Kinds) -> Iterator[tuple[str, str]]:
    """One address for each kind of its last argument; the arguments before it go with that row."""
    if not wanted:
        yield name, reverse(name)
        return
    if wanted[-1] not in kinds:
        raise LookupError(f"{name}: say in _kinds() which {wanted[-1]} it shows.")
    for kind, row in kinds[wanted[-1]].items():
        yield f"{name} {kind}", reverse(name, kwargs={word: row[word] for word in wanted})


def names() -> Iterator[str]:
    """``namespace:name`` of everything that has one."""
    yield from dict.fromkeys(_walk(get_resolver(), ""))


def _walk(resolver: URLResolver, namespace: str) -> Iterator[str]:
    for found in resolver.url_patterns:
        if isinstance(found, URLPattern):
            if found.name:
                yield f"{namespace}{found.name}"
        else:
            inner = f"{namespace}{found.namespace}:" if found.namespace else namespace
            yield from _walk(found, inner)


def arguments(name: str) -> list[str]:
    resolver, *inner = get_resolver(), *name.split(":")[:-1]
    for namespace in inner:
        resolver = resolver.namespace_dict[namespace][1]
    return list(resolver.reverse_dict.getlist(name.split(":")[-1])[0][0][0][1])


def _kinds() -> Kinds:
    doctor = User.objects.get(username="doctor")
    runs = Prediction.objects.visible_to(doctor).exclude(origin=Prediction.Origin.WHAT_IF)
    results = runs.order_by("requested_at")
    patients = _with_most_results(results)
    chart = _fullest_chart(doctor)
    anybody = {"": {"user": str(doctor.pk), "token": str(uuid.uuid4())}}
    return {
        "patient": {"": {"patient": str(chart.patient_id)}},
        "observation": {"": {"patient": str(chart.patient_id), "observation": str(chart.pk)}},
        "prediction": {_state(row): {"prediction": str(row.pk)} for row in results},
        "slug": {
            service.slug: {
                "slug": service.slug,
                "patient": patients.get(service.pk, chart.patient_id),
            }
            for service in Service.objects.visible_to(doctor)
        },
        "version": {
            version.state: {"version": str(version.pk)}
            for version in ModelVersion.objects.order_by("submitted_at")
        },
        "import_run": {
            str(row.state): {"import_run": str(row.pk)}
            for row in ImportRun.objects.visible_to(doctor)[:1]
        },
        "user": anybody,
        "token": anybody,
    }


def _with_most_results(results: Iterable[Prediction]) -> dict[uuid.UUID, str]:
    """Of each service: the patient on whom there is most to see."""
    runs = Counter((row.service_id, str(row.patient_id)) for row in results if row.patient_id)
    return {service: patient for (service, patient), _n in reversed(runs.most_common())}


def _state(row: Prediction) -> str:
    if row.run_again_of_id:
        return "again"
    if row.asks_estimate and row.decided_at is None and row.state == row.State.DONE:
        return "estimate"
    if row.is_expired:
        return "expired"
    return "decided" if row.decided_at else str(row.state)


def _fullest_chart(doctor: User) -> Observation:
    """A value of the patient about whom most is written down."""
    charts = Patient.objects.visible_to(doctor).exclude(native_name="")
    notes = Note.unscoped.filter(patient__in=charts).values("patient")
    most = notes.annotate(written=Count("pk")).order_by("-written", "patient").first()
    rows = Observation.unscoped.valid().filter(patient=(most or {})["patient"])
    found = rows.filter(code="8480-6").order_by("-observed_at").first()
    assert isinstance(found, Observation)
    return found


def _object(name: str) -> str:
    """A row of the model to which this page of the administration belongs."""
    label, model = name.removeprefix("admin:").split("_")[:2]
    row = apps.get_model(label, model)._default_manager.first()
    return str(row.pk) if row else str(uuid.uuid4())
