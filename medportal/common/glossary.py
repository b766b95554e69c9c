"""What people write in charts, in the reader's language where the glossary has it.

A problem, a medicine, an allergen is stored as somebody wrote it. It is shown in the other
language only if the glossary has exactly this text; whatever it has not stays as it was written.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.translation import get_language

from medportal.common.text import CHINESE, ENGLISH

GLOSSARY = Path(__file__).with_name("glossary.json")
HAN = re.compile(r"[\u3400-\u9fff]")


@cache
def _known() -> dict[str, dict[str, str]]:
    """Each text, in either language, with its pair."""
    pairs: dict[str, str] = json.loads(GLOSSARY.read_text())
    both = [{ENGLISH: english, CHINESE: chinese} for english, chinese in pairs.items()]
    return {text.casefold(): pair for pair in both for text in pair.values()}


def language_of(text: str) -> str:
    return CHINESE if HAN.search(text) else ENGLISH


def readers_language() -> str:
    return CHINESE if (get_language() or ENGLISH).startswith("zh") else ENGLISH


def spoken(text: str) -> str:
    """``text`` in the reader's language if the glossary knows it, else as it was written."""
    pair = _known().get(text.strip().casefold())
    return pair[readers_language()] if pair else text


def marked(text: str) -> str:
    """``spoken`` as HTML: what stays in another language says which, for who listens to it."""
    shown = spoken(text)
    language = language_of(shown)
    if not re.search(r"[^\W\d_]", shown) or language == readers_language():
        return format_html("{}", shown)
    return format_html('<span lang="{}">{}</span>', language, shown)
