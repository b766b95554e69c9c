"""A file as entries with their places, and what a reference in it means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.utils.translation import gettext as _

from diagnosis.interop.fhir.incoming.elements import Resource, cut, part, parts, text
from diagnosis.records.incoming import NotKept, Tally, unusable
from medportal.common import json_bodies
from medportal.common.errors import DomainError
from medportal.common.signs import comma

BOM = b"\xef\xbb\xbf"
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
    """Entries, found again by ``urn:uuid:``, by address, by ``Type/id`` and by identifier."""

    def __init__(self, entries: list[Entry], not_kept: Tally) -> None:
        self.entries = entries
        self.not_kept = not_kept
        self._known: dict[str, Entry] = {}
        self._numbered: dict[tuple[str, str], list[tuple[str | None, Entry]]] = {}
        for entry in entries:
            for system, value in _identifiers(entry.resource):
                self._numbered.setdefault((entry.kind, value), []).append((system, entry))
            name = f"{entry.kind}/{text(entry.resource.get('id'))}"
            self._known.setdefault(name, entry)
            if entry.url:
                self._known.setdefault(entry.url, entry)

    def holds(self, name: str) -> bool:
        """Whether ``Type/id`` is in the file."""
        return name in self._known

    def target(self, reference: object, inside: Resource | None = None) -> Entry | None:
        """What a Reference points at, if that is in the file; a version is passed over."""
        address = text(part(reference).get("reference")).split("/_history/")[0]
        return self._at(address) or self._numbered_in(reference, address, inside or {})

    def _at(self, address: str) -> Entry | None:
        if address in self._known:
            return self._known[address]
        if "?" in address:
            return self._asked_for(address)
        return self._known.get("/".join(address.split("/")[-2:])) if "/" in address else None

    def _numbered_in(self, reference: object, address: str, inside: Resource) -> Entry | None:
        """By a number that the reference, or the patient contained in the resource, carries."""
        if address.startswith("#"):
            return self._only("Patient", _identifiers(self.resolve(reference, inside)))
        kind = text(part(reference).get("type")) or "Patient"
        return self._only(kind, _identifiers(part(reference)))

    def _asked_for(self, address: str) -> Entry | None:
        """A conditional reference, such as ``Patient?identifier=system|value``."""
        kind, _mark, question = address.partition("?")
        kind = kind.rsplit("/", 1)[-1]
        asked = parse_qsl(question)
        if len(asked) != 1 or asked[0][0] not in ("identifier", "_id"):
            return None
        name, wanted = asked[0]
        if name == "_id":
            return self._known.get(f"{kind}/{wanted}")
        system, bar, value = wanted.rpartition("|")
        return self._only(kind, [(system if bar else None, value)])

    def _only(self, kind: str, numbers: Iterable[tuple[str | None, str]]) -> Entry | None:
        """The one entry that has any of these; two would be a guess."""
        found = {
            entry.at: entry
            for system, value in numbers
            for of, entry in self._numbered.get((kind, value), ())
            if system in (None, of)
        }
        return next(iter(found.values())) if len(found) == 1 else None

    def resolve(self, reference: object, inside: Resource) -> Resource:
        """The resource meant, contained or in an entry; an empty one if it is not there."""
        address = text(part(reference).get("reference"))
        if address.startswith("#"):
            held = inside.get("contained")
            within = held if isinstance(held, list) else []
            return next((part(r) for r in within if part(r).get("id") == address[1:]), {})
        found = self.target(reference)
        return found.resource if found else {}


def _identifiers(resource: Resource) -> list[tuple[str | None, str]]:
    found = [
        (text(one.get("system")), text(one.get("value")))
        for one in parts(resource.get("identifier", []))
    ]
    return [(system, value) for system, value in found if value]


def open_file(data: bytes) -> Bundle:
    if _is_lines(data):
        return Bundle(list(_lines(data)), Tally())
    body = _parsed(data, "")
    if not isinstance(body, dict):
        raise unusable("not_a_bundle", _("The file holds no FHIR Bundle."))
    if _is_one(body):
        return Bundle([Entry(body, "" if b"\n" in data.strip() else "/1")], Tally())
    if body.get("resourceType") != "Bundle":
        raise unusable("not_a_bundle", _("The file holds no FHIR Bundle."), "/resourceType")
    if body.get("type") not in TYPES:
        kinds = comma().join(TYPES)
        text_ = _("Bundles of these types are taken: %(kinds)s.") % {"kinds": kinds}
        raise unusable("bundle_type", text_, "/type")
    held = body.get("entry", [])
    if not isinstance(held, list):
        raise unusable("not_a_bundle", _("The entries of the Bundle are no list."), "/entry")
    _refuse_many(len(held))
    not_kept = Tally()
    return Bundle(list(_entries(held, not_kept)), not_kept)


def _entries(held: list[Any], not_kept: Tally) -> Iterator[Entry]:
    for index, entry in enumerate(held):
        at = f"/entry/{index}"
        if not isinstance(entry, dict):
            raise unusable("not_an_object", _("This entry is no object."), at)
        resource = entry.get("resource")
        if resource is None:
            not_kept.note(NotKept("Bundle.entry", "no_resource"), at)
        elif entry.get("modifierExtension"):
            what = NotKept("Bundle.entry", "shall_not_be_ignored")
            not_kept.note(what, f"{at}/modifierExtension")
        elif not isinstance(resource, dict) or not text(resource.get("resourceType")):
            message = _("This entry holds no resource with a type.")
            raise unusable("not_a_resource", message, f"{at}/resource")
        else:
            yield Entry(resource, f"{at}/resource", text(entry.get("fullUrl")))


def _is_lines(data: bytes) -> bool:
    """Several lines, the first of which is a whole object: NDJSON."""
    first, _newline, rest = data.removeprefix(BOM).strip().partition(b"\n")
    first = first.strip()
    return first.endswith(b"}") and b'"resourceType"' in first and rest.lstrip()[:1] == b"{"


def _is_one(body: dict[str, Any]) -> bool:
    """One resource by itself, as the only line of an NDJSON file holds it."""
    kind = text(body.get("resourceType"))
    return kind not in ("", "Bundle") and len(body) > 1


def _lines(data: bytes) -> Iterator[Entry]:
    lines = data.removeprefix(BOM).split(b"\n")
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
