"""Files as other systems send them, small enough to read in a test."""

from __future__ import annotations

import json
import lzma
from datetime import timedelta
from pathlib import Path
from typing import Any

import carebundle
from django.utils import timezone

from diagnosis.records import persons
from diagnosis.records.incoming import Reading, findings, judging

FILES = Path(__file__).with_name("files")
AT = (timezone.now() - timedelta(days=3)).replace(minute=20, second=0, microsecond=0)
SYSTEM = "urn:oid:1.2.3.4"


def synthea() -> bytes:
    return lzma.decompress((FILES / "synthea.json.xz").read_bytes())


def carebundle_of(profile: str, seed: int = 7) -> bytes:
    made: str = carebundle.to_json(carebundle.generate_bundle(profile=profile, seed=seed))
    return made.encode()


def patient(**parts: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": "p1",
        "identifier": [{"system": SYSTEM, "value": "4711"}],
        "name": [{"family": "Vanterpool", "given": ["Ana", "Maria"]}],
        "gender": "female",
        "birthDate": "1961-04-05",
        **parts,
    }


def observation(value: Any = 132, loinc: str = "8480-6", **parts: Any) -> dict[str, Any]:
    unit = {"system": "http://unitsofmeasure.org", "code": parts.pop("unit", "mm[Hg]")}
    return {
        "resourceType": "Observation",
        "id": parts.pop("id", "o1"),
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": AT.isoformat(),
        "valueQuantity": {"value": value, **unit},
        **parts,
    }


def about(kind: str, **parts: Any) -> dict[str, Any]:
    """A resource about the patient."""
    subject = "patient" if kind == "AllergyIntolerance" else "subject"
    return {
        "resourceType": kind,
        "id": f"{kind.lower()}-1",
        subject: {"reference": "Patient/p1"},
        **parts,
    }


def concept(system: str, code: str, text: str = "") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}], "text": text}


def bundle(*resources: dict[str, Any], kind: str = "collection") -> bytes:
    entries = [{"resource": resource} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "type": kind, "entry": entries}).encode()


def refused_in(reading: Reading) -> dict[str, str]:
    """Pointer → code of all that refuses the only patient of a file."""
    (incoming,) = reading.patients
    return {found.pointer: found.code for found in findings(incoming)}


def left_out_of(reading: Reading) -> dict[str, str]:
    """Place → reason of all that is left out while the only patient of a file comes in."""
    (incoming,) = reading.patients
    judged = judging.judge(persons.build(None, incoming.newcomer), incoming, "file")
    read = {at: what.reason for what, places in reading.not_kept.places.items() for at in places}
    return read | {one.at: one.what.reason for one in judged.left_out}


HEADER = "patient,family_name,birth_date,code,value,unit,observed_at"


def table(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def row(value: object = 132, code: str = "8480-6", unit: str = "mm[Hg]") -> str:
    return f"4711,Vanterpool,1961-04-05,{code},{value},{unit},{AT.isoformat()}"
