"""A Patient as a person whom the chart can hold."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diagnosis.interop.fhir.incoming.elements import (
    Resource,
    first_when,
    has_ended,
    modifiers,
    parts,
    says_unknown,
    text,
    when,
)
from diagnosis.records import names
from diagnosis.records.incoming import NotKept, Place, Tally
from diagnosis.records.models import Patient
from diagnosis.records.persons import NewPatient
from medportal.common.errors import Pointer

PLACES = {
    "/family_name": "/name/0/family",
    "/given_name": "/name/0/given",
    "/native_name": "/name",
    "/title": "/name/0/prefix",
    "/sex": "/gender",
    "/birth_date": "/birthDate",
    "/deceased_on": "/deceasedDateTime",
    "/identifiers": "/identifier",
    "/identifiers/system": "/identifier",
    "/identifiers/value": "/identifier",
}
LONGEST_NUMBER = 64


def place_of(at: str) -> Place:
    return Place(at, PLACES)


def read_person(
    resource: Resource, place: Place, not_kept: Tally
) -> tuple[NewPatient | None, list[Pointer]]:
    """The person, or what keeps them from being one."""
    found: list[Pointer] = []
    found += [Pointer(where, "shall_not_be_ignored", _ignored()) for where in modifiers(resource)]
    if _is_replaced(resource):
        message = _("The source no longer uses this record: see which one replaced it.")
        found.append(Pointer("/active", "inactive", message))
    born = when(resource.get("birthDate"))
    if born.fault:
        found.append(born.problem("/birthDate"))
    elif born.day is None and not says_unknown(resource.get("_birthDate")):
        found.append(Pointer("/birthDate", "required", _("The birth date is missing.")))
    sex = text(resource.get("gender")) or Patient.Sex.UNKNOWN
    died, where = first_when(resource, "deceasedDateTime")
    if died.fault:
        found.append(died.problem(where))
    elif resource.get("deceasedBoolean") is True and died.day is None:
        message = _("The patient has died, and the file does not say when.")
        found.append(Pointer("/deceasedBoolean", "death_date_missing", message))
    if found:
        return None, [Place(place.at).of(pointer) for pointer in found]
    return NewPatient(
        **_name(resource),
        birth_date=born.day,
        sex=sex,
        deceased_on=died.day,
        identifiers=_numbers(resource, place, not_kept),
    ), []


def _ignored() -> str:
    return _("Something here changes what the record means, and nobody here understands it.")


def _is_replaced(resource: Resource) -> bool:
    """No longer used, and not because the patient has died: records of the dead are closed."""
    has_died = resource.get("deceasedBoolean") is True or bool(resource.get("deceasedDateTime"))
    linked = {text(link.get("type")) for link in parts(resource.get("link", []))}
    return resource.get("active") is False and (not has_died or "replaced-by" in linked)


def _name(resource: Resource) -> dict[str, str]:
    held = [n for n in parts(resource.get("name", [])) if n.get("use") not in ("old", "maiden")]
    held = [n for n in held if not has_ended(n.get("period"))] or held
    rank = {"official": 0, "usual": 1, None: 1}
    held.sort(key=lambda name: rank.get(text(name.get("use")) or None, 2))
    native = next((name for name in held if _is_native(name)), {})
    main = next((name for name in held if name is not native), native)
    family, given = text(main.get("family")), _joined(main.get("given"))
    written = text(native.get("text")) or text(native.get("family")) + _joined(native.get("given"))
    return {
        "family_name": family or text(main.get("text")),
        "given_name": given if family else "",
        "title": _joined(main.get("prefix")),
        "native_name": names.joined(written),
    }


def _is_native(name: Resource) -> bool:
    marks = [e.get("valueCode") for e in parts(name.get("extension", []))]
    written = text(name.get("text")) + text(name.get("family")) + _joined(name.get("given"))
    return "IDE" in marks or any(names.is_chinese(word) for word in names.words(written))


def _joined(value: object) -> str:
    held = value if isinstance(value, list) else [value]
    return " ".join(filter(None, (text(one) for one in held)))


def _numbers(resource: Resource, place: Place, not_kept: Tally) -> list[tuple[str, str]]:
    found: dict[tuple[str, str], None] = {}
    for index, identifier in enumerate(parts(resource.get("identifier", []))):
        system, value = text(identifier.get("system")), text(identifier.get("value"))
        reason = _why_no_number(identifier, system, value)
        if reason:
            what = NotKept("Patient.identifier", reason, system)
            not_kept.note(what, f"{place.at}/identifier/{index}")
        else:
            found[(system, value)] = None
    return list(found)


def _why_no_number(identifier: Resource, system: str, value: str) -> str:
    if identifier.get("use") == "old" or has_ended(identifier.get("period")):
        return "no_longer_used"
    if not system or not value:
        return "incomplete"
    return "too_long" if len(value) > LONGEST_NUMBER else ""
