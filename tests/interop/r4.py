"""Whether a Bundle is FHIR R4: elements, cardinalities, required codes, references, invariants.

``r4.json`` holds, for the types that an export uses, the elements of HL7's own definitions of
4.0.1 (public domain): type, cardinality, and the codes of required bindings.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TYPES: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_suffix(".json").read_text())
_DATE = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
_TIME = r"T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))"
_TEXTS = {
    "id": r"[A-Za-z0-9\-.]{1,64}",
    "code": r"[^\s]+(\s[^\s]+)*",
    "uri": r"\S+",
    "url": r"\S+",
    "canonical": r"\S+",
    "string": r"[\s\S]+",
    "markdown": r"[\s\S]+",
    "date": _DATE,
    "dateTime": rf"{_DATE}|\d{{4}}-\d\d-\d\d{_TIME}",
    "instant": rf"\d{{4}}-\d\d-\d\d{_TIME}",
}
_UCUM = "http://unitsofmeasure.org"


def faults(bundle: dict[str, Any]) -> list[str]:
    """Everything wrong, each with its place; empty if the Bundle is valid."""
    return [*_element("Bundle", bundle, "Bundle"), *_references(bundle), *_invariants(bundle)]


def _element(kind: str, found: Any, at: str, prefix: str = "") -> Iterator[str]:
    if not isinstance(found, dict) or not found:
        yield f"{at}: is no {kind}, or empty (ele-1)"
        return
    known = _children(TYPES[kind], prefix)
    for name, value in found.items():
        if name == "resourceType" and not prefix:
            continue
        if name[1:] in known and name[0] == "_":  # about a primitive: why there is none
            if set(value) - {"id", "extension"}:
                yield f"{at}.{name}: only id and extension stand here"
            continue
        if name not in known:
            yield f"{at}.{name}: not in R4"
            continue
        yield from _values(kind, prefix + name, known[name], value, f"{at}.{name}")
    yield from _missing(known, found, at)


def _children(elements: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {
        name[len(prefix) :]: rule
        for name, rule in elements.items()
        if name.startswith(prefix) and "." not in name[len(prefix) :]
    }


def _missing(known: dict[str, Any], found: dict[str, Any], at: str) -> Iterator[str]:
    chosen: dict[str, list[str]] = {}
    for name in found:
        if "choice" in known.get(name, {}):
            chosen.setdefault(known[name]["choice"], []).append(name)
    yield from (f"{at}: {names} at once" for names in chosen.values() if len(names) > 1)
    for name, rule in known.items():
        if rule.get("min") and name not in found and name.removesuffix("[x]") not in chosen:
            yield f"{at}.{name}: required"


def _values(kind: str, name: str, rule: dict[str, Any], value: Any, at: str) -> Iterator[str]:
    many = rule.get("max", "1") != "1"
    if many != isinstance(value, list):
        yield f"{at}: {'a list' if many else 'one value'} expected"
        return
    if many and not value:
        yield f"{at}: an empty list"
    for index, one in enumerate(value if many else [value]):
        yield from _value(kind, name, rule, one, f"{at}[{index}]" if many else at)


def _value(kind: str, name: str, rule: dict[str, Any], value: Any, at: str) -> Iterator[str]:
    like = rule.get("like")
    if like or rule["type"] in ("BackboneElement", "Element"):
        yield from _element(kind, value, at, f"{like or name}.")
    elif rule["type"] == "Resource":
        yield from _element(value["resourceType"], value, f"{at}({value['resourceType']})")
    elif rule["type"][0].isupper():
        yield from _element(rule["type"], value, at)
    elif not _is(rule["type"], value):
        yield f"{at}: {value!r} is no {rule['type']}"
    said = _code(value) if rule.get("type") == "CodeableConcept" else value
    if "codes" in rule and said not in rule["codes"]:
        yield f"{at}: {said!r} is none of {rule['codes']}"


def _is(kind: str, value: Any) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in ("decimal", "integer", "positiveInt", "unsignedInt"):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "base64Binary":
        return bool(b64decode(value, validate=True))
    return isinstance(value, str) and bool(re.fullmatch(_TEXTS[kind], value))


def resources(bundle: dict[str, Any], kind: str = "") -> list[dict[str, Any]]:
    found = [entry["resource"] for entry in bundle["entry"]]
    return [one for one in found if kind in ("", one["resourceType"])]


def _references(bundle: dict[str, Any]) -> Iterator[str]:
    there = {entry["fullUrl"] for entry in bundle["entry"]}
    for entry in bundle["entry"]:
        if entry["fullUrl"] != f"urn:uuid:{entry['resource']['id']}":
            yield f"{entry['fullUrl']}: disagrees with the id"
        for reference in _all(entry["resource"], "reference"):
            if reference not in there:
                yield f"{entry['resource']['resourceType']}: {reference} leads nowhere"


def _all(found: Any, name: str) -> Iterator[Any]:
    if isinstance(found, dict):
        if name in found:
            yield found[name]
        for inner in found.values():
            yield from _all(inner, name)
    elif isinstance(found, list):
        for inner in found:
            yield from _all(inner, name)


def _code(concept: dict[str, Any]) -> str:
    return str(concept["coding"][0]["code"]) if concept.get("coding") else ""


def _invariants(bundle: dict[str, Any]) -> Iterator[str]:
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    if len(urls) != len(set(urls)):
        yield "bdl-7: the same fullUrl twice"
    for one in resources(bundle):
        rules = _RULES.get(one["resourceType"], {})
        yield from (f"{name}: {one['id']}" for name, holds in rules.items() if not holds(one))
    for period in _all(bundle, "period"):
        if period.get("end") and period["start"] > period["end"]:
            yield "per-1: ends before it starts"


def _percent(limit: dict[str, Any]) -> bool:
    return (limit.get("code"), limit.get("system")) == ("%", _UCUM)


_RULES: dict[str, dict[str, Any]] = {
    "RiskAssessment": {
        "ras-1": lambda r: all(
            _percent(p["probabilityRange"][end])
            for p in r.get("prediction", ())
            for end in p.get("probabilityRange", ())
        ),
        "ras-2": lambda r: all(
            0 <= p.get("probabilityDecimal", 0) <= 100 for p in r.get("prediction", ())
        ),
    },
    "Condition": {
        "con-3": lambda r: (
            "clinicalStatus" in r or _code(r["verificationStatus"]) == "entered-in-error"
        ),
        "con-5": lambda r: (
            "clinicalStatus" not in r or _code(r["verificationStatus"]) != "entered-in-error"
        ),
    },
    "AllergyIntolerance": {
        "ait-1": lambda r: (
            "clinicalStatus" in r or _code(r["verificationStatus"]) == "entered-in-error"
        ),
    },
    "Observation": {
        "obs-7": lambda r: all(
            _code(part["code"]) != _code(r["code"]) for part in r.get("component", ())
        ),
        "obs-3": lambda r: all(
            {"low", "high", "text"} & set(limits) for limits in r.get("referenceRange", ())
        ),
    },
}
