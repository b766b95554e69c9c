"""Wards, who works there, and as many invented people as a hospital knows."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

from django.utils import timezone

from accounts.actions.people import NewPerson, create_user
from accounts.actions.teams import add_to_team, create_team
from accounts.models import CareTeam, Organisation, Role
from diagnosis.records import names
from diagnosis.records.models import CareAssignment, Patient, PatientIdentifier
from diagnosis.records.persons import MRN
from medportal.demo.loading.identities import FAMILY, GIVEN

SEED = 20261125
BATCH = 5_000
SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
CHARACTERS = (
    "伟芳娜敏静丽强磊军洋勇艳杰涛明超兰霞平刚桂英华玉建国文辉力永健世广志义兴良海山仁波宁贵福"
)
CHINESE_SHARE = 0.3


def open_wards(organisation: Organisation, count: int, password: str) -> list[CareTeam]:
    """One team for each ward, and one that looks after everybody."""
    wards = [
        create_team(actor=None, organisation=organisation, name=f"Ward {n + 1:02}")
        for n in range(count)
    ]
    house = create_team(actor=None, organisation=organisation, name="Whole house")
    for username, name, team in (("ward", "Dr W. Bell", wards[0]), ("house", "Dr H. Grant", house)):
        person = NewPerson(username, organisation, name, (Role.CLINICIAN,))
        user, _password = create_user(actor=None, person=person, password=password)
        add_to_team(actor=None, team=team, user=user)
    return [*wards, house]


def admit(organisation: Organisation, count: int, teams: list[CareTeam]) -> None:
    """Everybody is looked after by one ward and by the house; numbers are W-00000001 and on."""
    *wards, house = teams
    chance = random.Random(SEED)  # noqa: S311  # names, not secrets
    numbered = enumerate(_people(organisation, chance, count))
    while batch := list(islice(numbered, BATCH)):
        Patient.unscoped.bulk_create([patient for _n, patient in batch])
        PatientIdentifier.unscoped.bulk_create(_number(patient, n) for n, patient in batch)
        CareAssignment.unscoped.bulk_create(
            CareAssignment(patient=patient, team=team, starts_at=timezone.now())
            for n, patient in batch
            for team in (wards[n % len(wards)], house)
        )


def _people(organisation: Organisation, chance: random.Random, count: int) -> Iterator[Patient]:
    for _ in range(count):
        sex = chance.choice(("female", "male"))
        family = chance.choice(FAMILY) if chance.random() < 0.5 else _invented(chance)
        patient = Patient(
            organisation=organisation,
            family_name=family,
            given_name=chance.choice(GIVEN[sex]),
            native_name=_chinese(chance) if chance.random() < CHINESE_SHARE else "",
            sex=sex,
            birth_date=date(1930, 1, 1) + timedelta(days=chance.randrange(365 * 75)),
        )
        names.index(patient)
        yield patient


def _invented(chance: random.Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=chance.choice((2, 3, 3, 4)))).title()


def _chinese(chance: random.Random) -> str:
    return chance.choice(SURNAMES) + "".join(chance.choices(CHARACTERS, k=chance.choice((1, 2))))


def _number(patient: Patient, n: int) -> PatientIdentifier:
    value = f"W{n + 1:08}"
    return PatientIdentifier(
        patient=patient,
        organisation_id=patient.organisation_id,
        system=MRN,
        value=value,
        value_hash=names.identifier_hash(patient.organisation_id, value),
    )
