"""One way to write a name down for finding it again, used for storing and for asking."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

from medportal.database.identifier_key import keyed_hash

if TYPE_CHECKING:
    from diagnosis.records.models import Patient

_HAN = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORDS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")
_APOSTROPHES = (
    "'`\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb\u02f4\u0384\u0559\u055a\u05f3"
    "\u07f4\u07f5\u1fbd\u1fbf\u1fef\u1ffd\u1ffe\u2018\u2019\u201a\u201b\u2032\u2035\ua78b\ua78c\uff07\uff40"
)
_INSIDE_NAMES = ".\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65"
"""Points, also those between the parts of a name that Chinese or Japanese writes by its sound."""
_UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff" + "".join(map(chr, range(0xFE00, 0xFE10)))
_SILENT = str.maketrans(dict.fromkeys(_APOSTROPHES + _INSIDE_NAMES + _UNSEEN, ""))
# Letters that Unicode does not take apart.
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "\u0131": "i",
        "ħ": "h",
    }
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_SEARCH_NAME_LENGTH = 260
LEAST_DIGITS = 4
LONGEST_IN_PARTS = 24
PART_LENGTH = 16


def fold(text: str) -> str:
    """Without case, accents and the marks inside names: ``O'Brien`` and ``obrien`` are one."""
    seen = text.translate(_SILENT)  # first: to Unicode some of them are a blank with an accent
    plain = unicodedata.normalize("NFKC", seen).casefold().translate(_SILENT)
    apart = unicodedata.normalize("NFKD", plain.translate(_LETTERS))
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))


def joined(text: str) -> str:
    """Without the blanks and line breaks between Chinese, Japanese or Korean characters."""
    return _BETWEEN_HAN.sub("", text)


def gaps(folded: str) -> list[tuple[int, int]]:
    """Where those blanks stand in a folded text."""
    return [found.span() for found in _BETWEEN_HAN.finditer(folded)]


def words(text: str) -> list[str]:
    """The folded words of a text; Chinese and Latin writing are parted even without a space.

    A blank does not part Chinese words: 王 小明 is 王小明.
    """
    return _WORDS.findall(joined(fold(text)))


def asked(text: str) -> list[str]:
    """The words of a question: a blank parts them, so each may stand elsewhere in the text."""
    return _WORDS.findall(fold(text))


def is_chinese(word: str) -> bool:
    return bool(_IS_HAN.match(word))


def grams(text: str) -> list[str]:
    """Every single Chinese character and every pair: trigrams do not find one or two of them."""
    found: dict[str, None] = {}
    for word in filter(is_chinese, words(text)):
        found.update(dict.fromkeys(word))
        found.update(dict.fromkeys(word[i : i + 2] for i in range(len(word) - 1)))
    return list(found)


def search_name(*names: str) -> str:
    """The words of a name as the search reads them; the leading space starts the first word."""
    found = [word for name in names for word in words(name)]
    # Müller is asked for as Muller and as Mueller.
    spelled = (unicodedata.normalize("NFC", name).casefold() for name in names)
    german = [word for name in spelled for word in words(name.translate(_UMLAUTS))]
    found += [word for word in german if word not in found]
    return (" " + " ".join(found))[:_SEARCH_NAME_LENGTH]


def index(patient: Patient) -> None:
    """Fill what the search reads. Whoever stores a name calls this first."""
    spoken = f"{patient.family_name} {patient.given_name}"
    patient.search_name = search_name(spoken, patient.native_name)
    patient.name_grams = list(dict.fromkeys(grams(spoken) + grams(patient.native_name)))


def identifier_hash(organisation_id: UUID | None, value: str) -> str:
    """The keyed hash by which a number is looked up; spaces and case do not matter."""
    return keyed_hash(settings.IDENTIFIER_KEY, organisation_id, value)


def part_hashes(organisation_id: UUID | None, value: str) -> list[str]:
    """Keyed hashes of the beginnings and ends by which a number may be looked up.

    A beginning is half of the number at least, an end four characters; both hold four digits.
    """
    number = _number(value)
    found = {}
    if len(number) <= LONGEST_IN_PARTS:
        first = max(LEAST_DIGITS, -(-len(number) // 2))
        found = dict.fromkeys(number[:n] for n in range(first, len(number)))
        found |= dict.fromkeys(number[-n:] for n in range(LEAST_DIGITS, len(number)))
    return [part_hash(organisation_id, part) for part in found if has_digits_enough(part)]


def part_hash(organisation_id: UUID | None, part: str) -> str:
    """Shorter than that of a whole number: it is one of many."""
    digest = keyed_hash(settings.IDENTIFIER_KEY, organisation_id, f"part:{part}")
    return digest[:PART_LENGTH]


def has_digits_enough(part: str) -> bool:
    return sum(character.isdigit() for character in part) >= LEAST_DIGITS


def _number(value: str) -> str:
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()
