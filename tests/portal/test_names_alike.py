"""Names that could be taken for one another on one list."""

from __future__ import annotations

import pytest

from diagnosis.portal.frame.identity import Identity
from diagnosis.portal.frame.names_alike import names_alike
from diagnosis.records.models import Patient


def person(name: str, native: str = "") -> Identity:
    family, _comma, given = name.partition(", ")
    return Identity(Patient(family_name=family, given_name=given, native_name=native), "")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Mbeki, Sean",), ("Mbeki, Sofia",)),
        (("Smith, Anna",), ("Smyth, Anna",)),
        (("Müller, Jan",), ("MULLER, Jan",)),
        (("Thomas, James",), ("James, Thomas",)),
        (("Wang, Jianguo", "王建国"), ("Wang, Jianhua", "王建华")),
        (("Zhang, Wei", "张伟"), ("Zhang, Wei", "张玮")),
    ],
)
def test_names_that_look_or_sound_alike_are_marked_both(one, other):
    people = [person(*one), person(*other), person("Okonkwo, Daniel")]
    assert names_alike(people) == {people[0].patient.pk, people[1].patient.pk}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Mbeki, Sean",), ("Mbeki, Olga",)),
        (("Novak, Eva",), ("Nguyen, Olga",)),
        (("Wang, Fang", "王芳"), ("Wang, Jing", "王静")),
        (("Li, Na", "李娜"), ("Liu, Na", "刘娜")),
    ],
)
def test_names_that_differ_are_not(one, other):
    assert names_alike([person(*one), person(*other)]) == set()


def test_two_results_of_one_patient_are_nobody_elses():
    who = person("Silva, Ana")
    assert names_alike([who, who]) == set()
