"""Text that is data: clinical content in every language at once."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language

ENGLISH = "en"
CHINESE = "zh-Hans"
LANGUAGES = (ENGLISH, CHINESE)


def localized(text: Mapping[str, str] | str | None, language: str | None = None) -> str:
    """``text`` in the reader's language, else in English, else in whichever there is."""
    if not text:
        return ""
    if isinstance(text, str):
        return text
    wanted = language or get_language() or ENGLISH
    key = CHINESE if wanted.lower().startswith("zh") else ENGLISH
    return text.get(key) or text.get(ENGLISH) or next(iter(text.values()), "")
