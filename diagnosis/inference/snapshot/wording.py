"""Sentences that are stored with a prediction: written once, in every language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import translation
from django.utils.functional import Promise

from medportal.common.text import CHINESE, ENGLISH, localized

Text = dict[str, str]
_DJANGO_CODES = {ENGLISH: "en", CHINESE: "zh-hans"}


def both(template: Promise | str, **parts: Mapping[str, str] | str) -> Text:
    """``template`` in each language, its ``%(name)s`` filled with the parts of that language."""
    written: Text = {}
    for language, code in _DJANGO_CODES.items():
        with translation.override(code):
            filled = {name: localized(part, language) for name, part in parts.items()}
            written[language] = str(template) % filled if filled else str(template)
    return written


def in_each(write: Callable[[], str]) -> Text:
    """What ``write`` says in each language, such as a range in the unit that its readers use."""
    written: Text = {}
    for language, code in _DJANGO_CODES.items():
        with translation.override(code):
            written[language] = write()
    return written


def joined(texts: list[Mapping[str, str]]) -> Text:
    """A list of texts as one, with the comma of each language."""
    return {
        ENGLISH: ", ".join(localized(text, ENGLISH) for text in texts),
        CHINESE: "、".join(localized(text, CHINESE) for text in texts),
    }


def resolved(stored: Any) -> Any:
    """What was stored in every language, as the reader of this request reads it."""
    if isinstance(stored, Mapping):
        if ENGLISH in stored and set(stored) <= set(_DJANGO_CODES):
            return localized(stored)
        return {name: resolved(inner) for name, inner in stored.items()}
    if isinstance(stored, (list, tuple)):
        return [resolved(inner) for inner in stored]
    return stored
