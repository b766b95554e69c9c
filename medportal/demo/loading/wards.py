"""The training wards: twenty held-out rows of each service, of which it is known what happened."""

from __future__ import annotations

import hashlib

from diagnosis.ml.schema import FeatureSchema
from diagnosis.registry.models import Service
from diagnosis.registry.versions.ward_cases import CASES, SealedCase, define_ward
from diagnosis.results import offers
from diagnosis.results.kind import Panel
from medportal.demo.loading.people import Cast
from medportal.demo.loading.rows import Row, Value, held_out


def open_wards(cast: Cast, services: dict[str, Service]) -> None:
    for service in services.values():
        if not offers(service.definition, Panel.WARD):
            continue
        define_ward(actor=cast["scientist"], service=service, cases=cases_of(service))


def cases_of(service: Service) -> list[SealedCase]:
    """Of one of the demonstration's services; without anything of a person."""
    schema = service.sheet.features
    return [_sealed(schema, row) for row in _chosen(schema, service.slug)]


def _chosen(schema: FeatureSchema, slug: str) -> list[Row]:
    """Always the same twenty, by a hash: neither hand-picked nor in the order of the table."""
    known = [row for row in held_out(slug) if row.event is not None and _is_whole(schema, row)]
    known.sort(key=lambda row: hashlib.sha256(f"ward {slug} {row.key}".encode()).hexdigest())
    return known[:CASES]


def _is_whole(schema: FeatureSchema, row: Row) -> bool:
    """A case on which the service would run: nothing that it requires is missing."""
    values = _values(schema, row)
    return all(values.get(f.name) is not None for f in schema if f.required)


def _values(schema: FeatureSchema, row: Row) -> dict[str, Value]:
    held: dict[str, Value] = {"age": row.age, "sex": row.sex, **row.values}
    return {f.name: held[f.name] for f in schema if held.get(f.name) is not None}


def _sealed(schema: FeatureSchema, row: Row) -> SealedCase:
    return SealedCase(_values(schema, row), bool(row.event))
