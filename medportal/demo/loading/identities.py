"""Invented people: names, numbers, birth dates. Any likeness to a person is chance."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

FAMILY = [
    "Silva",
    "Okonkwo",
    "Lindqvist",
    "Hamidi",
    "Novak",
    "Rossi",
    "Haddad",
    "Kowalski",
    "Fernandes",
    "Ivanova",
    "Tanaka",
    "Nguyen",
    "Schmidt",
    "Dubois",
    "Andersson",
    "Papadopoulos",
    "Yilmaz",
    "Moreau",
    "Costa",
    "Virtanen",
    "Jansen",
    "Horvat",
    "Popescu",
    "Murphy",
    "Campbell",
    "Singh",
    "Banerjee",
    "Mensah",
    "Diallo",
    "Mbeki",
    "Alvarez",
    "Castillo",
    "Rojas",
    "Vargas",
    "Santos",
    "Weber",
    "Keller",
    "Baumann",
    "Lefevre",
    "Marchetti",
    "Greco",
    "Olsen",
    "Dahl",
    "Kaya",
    "Demir",
    "Petrov",
    "Sokolov",
    "Nemeth",
    "Kim",
    "Park",
    "Lee",
    "Sato",
    "Suzuki",
    "Rahman",
    "Chowdhury",
    "Fernando",
    "Perera",
    "Abebe",
    "Tesfaye",
    "Owusu",
]
GIVEN = {
    "female": [
        "Ana",
        "Eva",
        "Leila",
        "Maria",
        "Ingrid",
        "Sofia",
        "Amina",
        "Chloe",
        "Elena",
        "Fatima",
        "Grace",
        "Hanna",
        "Irina",
        "Julia",
        "Karin",
        "Lucia",
        "Marta",
        "Nadia",
        "Olga",
        "Priya",
        "Rosa",
        "Sara",
        "Teresa",
        "Ursula",
        "Vera",
        "Yuki",
        "Zeynep",
        "Adaeze",
        "Birgit",
        "Clara",
    ],
    "male": [
        "Daniel",
        "Omar",
        "Erik",
        "Paolo",
        "Ahmed",
        "Jan",
        "Luis",
        "Viktor",
        "Kenji",
        "Minh",
        "Thomas",
        "Pierre",
        "Lars",
        "Nikos",
        "Mehmet",
        "Andre",
        "Mika",
        "Pieter",
        "Ivan",
        "Radu",
        "Sean",
        "Ian",
        "Arjun",
        "Kwame",
        "Mamadou",
        "Carlos",
        "Jorge",
        "Pedro",
        "Stefan",
        "Emil",
    ],
}
CHINESE_FAMILY = (
    ("Zhang", "张"), ("Wang", "王"), ("Li", "李"), ("Zhao", "赵"), ("Chen", "陈"), ("Yang", "杨"),
    ("Huang", "黄"), ("Zhou", "周"), ("Wu", "吴"), ("Xu", "徐"), ("Sun", "孙"), ("Ma", "马"),
    ("Lin", "林"), ("Ouyang", "欧阳"), ("He", "何"), ("Gao", "高"),
)  # fmt: skip
CHINESE_GIVEN = {
    "female": (
        ("Xiuying", "秀英"), ("Li", "丽"), ("Fang", "芳"), ("Min", "敏"), ("Jing", "静"),
        ("Yan", "艳"), ("Guilan", "桂兰"), ("Xue", "雪"), ("Yulan", "玉兰"), ("Mei", "梅"),
    ),
    "male": (
        ("Wei", "伟"), ("Qiang", "强"), ("Lei", "磊"), ("Jun", "军"), ("Jianguo", "建国"),
        ("Tao", "涛"), ("Chao", "超"), ("Ming", "明"), ("Zhiyong", "志勇"), ("Hao", "浩"),
    ),
}  # fmt: skip
CHINESE_SHARE = 0.22
TITLES = {"female": "Ms", "male": "Mr"}


@dataclass(frozen=True)
class Identity:
    family_name: str
    given_name: str
    title: str
    native_name: str
    sex: str
    mrn: str


class Inventor:
    """Invents people one after another, the same ones each time for one seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 (invented names, no secret)
        self._taken: set[tuple[str, str]] = set()

    def person(self, sex: str) -> Identity:
        family, given, native = self._name(sex)
        while (family, given) in self._taken:
            family, given, native = self._name(sex)
        self._taken.add((family, given))
        return Identity(family, given, TITLES[sex], native, sex, self._number())

    def _name(self, sex: str) -> tuple[str, str, str]:
        draw = self._random
        if draw.random() < CHINESE_SHARE:
            family, family_native = draw.choice(CHINESE_FAMILY)
            given, given_native = draw.choice(CHINESE_GIVEN[sex])
            return family, given, family_native + given_native
        return draw.choice(FAMILY), draw.choice(GIVEN[sex]), ""

    def _number(self) -> str:
        digits = str(self._random.randrange(10**9, 10**10))
        return f"{digits[:3]} {digits[3:6]} {digits[6:]}"

    def sex(self) -> str:
        return self._random.choice(("female", "male"))

    def days_ago(self, least: int, most: int) -> int:
        return self._random.randint(least, most)

    def chance(self, share: float) -> bool:
        return self._random.random() < share


def birth_date_for(age: float, today: date, since_birthday: int) -> date:
    """The birth date of somebody who is ``age`` years old today; whole years stay whole."""
    if age == int(age):
        return _years_before(today, int(age)) - timedelta(days=since_birthday)
    return today - timedelta(days=round(age * 365.25))


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)
