"""Text that is data: clinical content in every language at once."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language

from medportal.common.one_unit import in_one_unit

ENGLISH = "en"
CHINESE = "zh-Hans"
LANGUAGES = (ENGLISH, CHINESE)

Text = Mapping[str, str]
"""The same in each language, by its name: {"en": …, "zh-Hans": …}."""


def localized(text: Text | str | None, language: str | None = None) -> str:
    """``text`` in the reader's language, else in English, else in whichever there is.

    For a reader a limit stands in one unit; asked for by its ``language``, the text stays whole.
    """
    if not text:
        return ""
    if isinstance(text, str):
        return in_one_unit(text)
    wanted = language or get_language() or ENGLISH
    key = CHINESE if wanted.lower().startswith("zh") else ENGLISH
    found = text.get(key) or text.get(ENGLISH) or next(iter(text.values()), "")
    return found if language else in_one_unit(found)
