"""A file as entries with their places, and what a reference in it means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from diagnosis.interop.fhir.incoming.elements import Resource, cut, part, text
from diagnosis.records.incoming import NotKept, unusable
from medportal.common import json_bodies
from medportal.common.errors import DomainError

TYPES = ("transaction", "batch", "collection", "searchset")


@dataclass(frozen=True)
class Entry:
    resource: Resource
    at: str
    """JSON pointer of the resource; of lines, ``/`` and the number of the line."""
    url: str = ""

    @property
    def kind(self) -> str:
        return cut(text(self.resource.get("resourceType")), 64)


class Bundle:
    """Entries, found again by ``urn:uuid:``, by address and by ``Type/id``."""

    def __init__(self, entries: list[Entry], not_kept: Counter[NotKept]) -> None:
        self.entries = entries
        self.not_kept = not_kept
        self._known: dict[str, Entry] = {}
        for entry in entries:
            name = f"{entry.kind}/{text(entry.resource.get('id'))}"
            self._known.setdefault(name, entry)
            if entry.url:
                self._known.setdefault(entry.url, entry)

    def target(self, reference: object) -> Entry | None:
        """What a Reference points at, if that is in the file; a version is passed over."""
        address = text(part(reference).get("reference")).split("/_history/")[0]
        if address in self._known:
            return self._known[address]
        return self._known.get("/".join(address.split("/")[-2:])) if "/" in address else None

    def resolve(self, reference: object, inside: Resource) -> Resource:
        """The resource meant, contained or in an entry; an empty one if it is not there."""
        address = text(part(reference).get("reference"))
        if address.startswith("#"):
            held = inside.get("contained")
            within = held if isinstance(held, list) else []
            return next((part(r) for r in within if part(r).get("id") == address[1:]), {})
        found = self.target(reference)
        return found.resource if found else {}


def open_file(data: bytes) -> Bundle:
    if _is_lines(data):
        return Bundle(list(_lines(data)), Counter())
    body = _parsed(data, "")
    if not isinstance(body, dict):
        raise unusable("not_a_bundle", _("The file holds no FHIR Bundle."))
    if body.get("resourceType") != "Bundle":
        raise unusable("not_a_bundle", _("The file holds no FHIR Bundle."), "/resourceType")
    if body.get("type") not in TYPES:
        kinds = ", ".join(TYPES)
        text_ = _("Bundles of these types are taken: %(kinds)s.") % {"kinds": kinds}
        raise unusable("bundle_type", text_, "/type")
    held = body.get("entry", [])
    if not isinstance(held, list):
        raise unusable("not_a_bundle", _("The entries of the Bundle are no list."), "/entry")
    _refuse_many(len(held))
    not_kept: Counter[NotKept] = Counter()
    return Bundle(list(_entries(held, not_kept)), not_kept)


def _entries(held: list[Any], not_kept: Counter[NotKept]) -> Iterator[Entry]:
    for index, entry in enumerate(held):
        at = f"/entry/{index}"
        if not isinstance(entry, dict):
            raise unusable("not_an_object", _("This entry is no object."), at)
        resource = entry.get("resource")
        if resource is None:
            not_kept[NotKept("Bundle.entry", "no_resource")] += 1
        elif not isinstance(resource, dict) or not text(resource.get("resourceType")):
            message = _("This entry holds no resource with a type.")
            raise unusable("not_a_resource", message, f"{at}/resource")
        else:
            yield Entry(resource, f"{at}/resource", text(entry.get("fullUrl")))


def _is_lines(data: bytes) -> bool:
    """Several lines, the first of which is a whole object: NDJSON."""
    first, _newline, rest = data.strip().partition(b"\n")
    first = first.strip()
    return first.endswith(b"}") and b'"resourceType"' in first and rest.lstrip()[:1] == b"{"


def _lines(data: bytes) -> Iterator[Entry]:
    lines = data.split(b"\n")
    _refuse_many(len(lines))
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        body = _parsed(line, f"/{number}")
        if not isinstance(body, dict) or not text(body.get("resourceType")):
            message = _("This line holds no resource with a type.")
            raise unusable("not_a_resource", message, f"/{number}")
        yield Entry(body, f"/{number}")


def _parsed(data: bytes, at: str) -> Any:
    try:
        return json_bodies.read(data)
    except DomainError as error:
        first = error.pointers[0]
        raise unusable(first.code, first.message, at + first.pointer) from None


def _refuse_many(count: int) -> None:
    most = settings.IMPORT_MOST_ENTRIES
    if count > most:
        text_ = _("The file holds more than %(most)d entries: send it in parts.") % {"most": most}
        raise unusable("too_many_entries", text_)
