"""Written words: documents and the conclusions of reports, as plain text."""

from __future__ import annotations

import binascii
import codecs
from base64 import b64decode
from collections.abc import Iterator

from django.conf import settings

from diagnosis.interop.fhir.incoming.bundle import Bundle
from diagnosis.interop.fhir.incoming.elements import (
    Resource,
    codings,
    cut,
    first_when,
    part,
    parts,
    text,
    words,
)
from diagnosis.interop.fhir.incoming.pieces import Piece
from diagnosis.records.incoming import ChartFact, LeftOut, NotKept, Place, Withdrawn
from diagnosis.records.models import Note
from medportal.common import json_bodies

WRONG = "entered-in-error"
ANY_NOTE = "34109-9"
"""LOINC «Note»: says nothing about its kind."""
FINAL = ("final", "amended", "corrected", "appended")


def document(resource: Resource, at: str, key: str, bundle: Bundle) -> Iterator[Piece]:
    status, of_text = text(resource.get("status")), text(resource.get("docStatus"))
    if WRONG in (status, of_text):
        yield Withdrawn(Note, key, at)
    elif status != "current" or of_text == "preliminary":
        yield LeftOut(NotKept("DocumentReference", "status", of_text or status), at)
    else:
        attached = [part(c.get("attachment")) for c in parts(resource.get("content", []))]
        places = [f"/content/{index}/attachment" for index in range(len(attached))]
        yield from _attached(resource, at, key, bundle, dict(zip(places, attached, strict=True)))


def report(resource: Resource, at: str, key: str, bundle: Bundle) -> Iterator[Piece]:
    status = text(resource.get("status"))
    if status == WRONG:
        yield Withdrawn(Note, key, at)
    elif status not in FINAL:
        yield LeftOut(NotKept("DiagnosticReport", "status", status), at)
    elif text(resource.get("conclusion")):
        yield from _note(resource, at, key, bundle, text(resource.get("conclusion")))
    elif resource.get("presentedForm"):
        forms = parts(resource.get("presentedForm"))
        held = {f"/presentedForm/{index}": form for index, form in enumerate(forms)}
        yield from _attached(resource, at, key, bundle, held)
    else:
        yield LeftOut(NotKept("DiagnosticReport", "no_text"), at)


def _attached(
    resource: Resource, at: str, key: str, bundle: Bundle, held: dict[str, Resource]
) -> Iterator[Piece]:
    kind = text(resource.get("resourceType"))
    for index, (where, attachment) in enumerate(held.items()):
        media, _semicolon, rest = text(attachment.get("contentType")).partition(";")
        if media.strip().lower() != "text/plain" or not attachment.get("data"):
            yield LeftOut(NotKept(kind, "no_text", cut(media.strip(), 80)), at + where)
            continue
        found = _decoded(attachment.get("data"), rest)
        if found is None:
            yield LeftOut(NotKept(kind, "unreadable_text"), f"{at}{where}/data")
        elif len(found) > settings.IMPORT_LONGEST_NOTE:
            yield LeftOut(NotKept(kind, "too_long"), f"{at}{where}/data")
        else:
            yield from _note(resource, at, f"{key}#{index}" if index else key, bundle, found)


def _decoded(data: object, parameters: str) -> str | None:
    charset = parameters.lower().partition("charset=")[2].split(";")[0].strip(' "') or "utf-8"
    try:
        codecs.lookup(charset)
        found = b64decode(text(data), validate=False).decode(charset)
    except (binascii.Error, LookupError, ValueError):
        return None
    return found if json_bodies.storable(found) else None


def _note(resource: Resource, at: str, key: str, bundle: Bundle, said: str) -> Iterator[Piece]:
    names = ("date", "issued", "effectiveDateTime", "effectivePeriod")
    written, where = first_when(resource, *names)
    if written.at is None:
        kind = text(resource.get("resourceType"))
        reason = "no_time" if written.fault in ("", "not_precise") else written.fault
        yield LeftOut(NotKept(kind, reason), at + where)
    else:
        values = {
            "written_at": written.at,
            "kind": cut(_kind(resource), 60),
            "author": cut(_author(resource, bundle), 120),
            "text": said,
        }
        yield ChartFact(Note, key, values, Place(at, {"/written_at": where}))


def _kind(resource: Resource) -> str:
    concept = resource.get("type") or resource.get("code")
    any_note = any(coding.get("code") == ANY_NOTE for coding in codings(concept))
    return text(part(concept).get("text")) if any_note else words(concept)


def _author(resource: Resource, bundle: Bundle) -> str:
    held = parts(resource.get("author", [])) + parts(resource.get("performer", []))
    for reference in held:
        if text(reference.get("display")):
            return text(reference["display"])
        person = bundle.resolve(reference, resource)
        for name in parts(person.get("name", [])):
            given = name.get("given")
            first = given if isinstance(given, list) else []
            spoken = [text(word) for word in [*first, name.get("family")]]
            return text(name.get("text")) or " ".join(filter(None, spoken))
        return text(person.get("name"))
    return ""
