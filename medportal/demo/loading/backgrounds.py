"""What else stands in a chart: other problems and medicines, visits, notes. All of it invented.

None of it touches the question of the patient's service: no diagnosis that its rules ask for, no
medicine that lowers glucose, nothing that a note says of the measured values.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from diagnosis.records.models import Condition, Encounter, Medication, Note, Patient
from medportal.demo.loading import charts
from medportal.demo.loading.rows import HERE, Row

SEED = 20261130
WITH_NOTHING = 0.1
YEARS = 12


def background(
    patient: Patient, row: Row, at: datetime, avoided: set[str]
) -> Iterator[Condition | Encounter | Medication | Note]:
    """The same for the same row at every loading; ``avoided``: substances the patient reacts to."""
    chance = random.Random(f"{SEED} {row.service} {row.key}")  # noqa: S311  # invented charts
    yield from _visits(patient, row, at, chance)
    if chance.random() > WITH_NOTHING:
        yield from _problems(patient, row, at, chance, avoided)


@cache
def _told() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / "backgrounds.json").read_text())
    return found


def _problems(
    patient: Patient, row: Row, at: datetime, chance: random.Random, avoided: set[str]
) -> Iterator[Condition | Medication]:
    own = charts.PROBLEMS[row.service][0]
    fitting = [p for p in _told()["problems"] if p["code"] != own and _fits(p, row)]
    for problem in chance.sample(fitting, min(len(fitting), chance.choice((1, 2, 2, 3)))):
        since = at.date() - timedelta(days=chance.randint(200, 365 * YEARS))
        yield Condition(
            patient=patient, code=problem["code"], label=problem["label"], onset_on=since
        )
        for code, label, dose in problem["medicines"][:1]:
            if label not in avoided:
                started = since + timedelta(days=chance.randint(0, 60))
                yield Medication(
                    patient=patient, code=code, label=label, dose=dose, started_on=started
                )


def _fits(problem: dict[str, Any], row: Row) -> bool:
    if row.service in problem.get("not_with", ()):
        return False
    of_age = problem.get("from", 0) + YEARS <= row.age <= problem.get("to", 120)
    return bool(of_age and problem.get("sex", row.sex) == row.sex)


def _visits(
    patient: Patient, row: Row, at: datetime, chance: random.Random
) -> Iterator[Encounter | Note]:
    visit = _told()["visits"][row.service]
    yield _encounter(patient, "outpatient", at, visit["reason"], visit["location"])
    author = chance.choice(_told()["authors"])
    text = chance.choice(visit["notes"])["zh-Hans" if patient.native_name else "en"]
    written = at + timedelta(hours=1)
    yield Note(patient=patient, written_at=written, kind="Clinic note", author=author, text=text)
    for kind, reason, location in chance.sample(_told()["earlier"], chance.choice((0, 1, 1, 2))):
        before = at - timedelta(days=chance.randint(90, 900))
        yield _encounter(patient, kind, before, reason, location)


def _encounter(patient: Patient, kind: str, at: datetime, reason: str, location: str) -> Encounter:
    stayed = timedelta(days=4) if kind == Encounter.Kind.INPATIENT else timedelta(hours=1)
    return Encounter(
        patient=patient,
        kind=kind,
        started_at=at,
        ended_at=at + stayed,
        reason=reason,
        location=location,
    )
