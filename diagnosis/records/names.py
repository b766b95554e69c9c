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
_SILENT = str.maketrans(dict.fromkeys("'`.\u2019\u02bc\u00b4\u00b7", ""))
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


def fold(text: str) -> str:
    """Without case, accents and the marks inside names: ``O'Brien`` and ``obrien`` are one."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_SILENT)
    apart = unicodedata.normalize("NFKD", plain.translate(_LETTERS))
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))


def words(text: str) -> list[str]:
    """The folded words of a text; Chinese and Latin writing are parted even without a space."""
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


def search_name(full: str) -> str:
    """The words of a name as the search reads them; the leading space starts the first word."""
    found = words(full)
    # Müller is asked for as Muller and as Mueller.
    german = words(unicodedata.normalize("NFC", full).casefold().translate(_UMLAUTS))
    found += [word for word in german if word not in found]
    return (" " + " ".join(found))[:_SEARCH_NAME_LENGTH]


def index(patient: Patient) -> None:
    """Fill what the search reads. Whoever stores a name calls this first."""
    full = " ".join((patient.family_name, patient.given_name, patient.native_name))
    patient.search_name = search_name(full)
    patient.name_grams = grams(full)


def identifier_hash(organisation_id: UUID | None, value: str) -> str:
    """The keyed hash by which a number is looked up; spaces and case do not matter."""
    return keyed_hash(settings.IDENTIFIER_KEY, organisation_id, value)
