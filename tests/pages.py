"""A page as a browser lays it out: how its template breaks lines is nothing that a test sees."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.http import HttpResponseBase

TAG = re.compile(r"(<!--.*?-->|</?[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>|<![^>]*>)", re.S)
NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
SPACE = re.compile(r"[ \t\r\n]+")
KEPT = frozenset({"pre", "textarea", "script", "style"})
EDGES = re.compile(
    r"address|article|aside|blockquote|body|br|caption|circle|col|colgroup|datalist|dd|defs"
    r"|details|desc|div|dl|dt|fieldset|figcaption|figure|footer|form|g|h1|h2|h3|h4|head|header|hr"
    r"|html|legend|li|line|link|main|marker|meta|nav|ol|optgroup|option|p|path|pattern|polygon"
    r"|polyline|rect|section|select|summary|svg|table|tbody|td|text|tfoot|th|thead|title|tr|ul"
    r"|use"
)
"""Elements beside and within whose edges white space is not drawn."""

OBJECTS = frozenset({"img", "input", "button"})
"""Drawn within a line, as a letter is."""


def drawn(response: HttpResponseBase) -> str:
    """The answer's text; of a page its mark-up with the white space that is drawn, and no other."""
    text = response.content.decode()  # type: ignore[attr-defined]
    return laid_out(text) if response["Content-Type"].startswith("text/html") else text


def laid_out(html: str) -> str:
    """Mark-up without the white space that no browser draws."""
    parts = [_tidy(part) for part in _kept_apart(TAG.split(html))]
    parts = _without_doubles(parts)
    return "".join(reversed(_without_doubles(reversed(parts), ends=True)))


def _kept_apart(parts: Iterable[str]) -> list[str]:
    """What stands in an element whose white space is kept is one part with its element."""
    found, open_name = [""], ""
    for part in parts:
        name = _name(part)
        if open_name:
            found[-1] += part
            open_name = "" if part.startswith("</") and name == open_name else open_name
            continue
        found.append(part)
        open_name = name if name in KEPT and not part.startswith("</") else ""
    return [one for one in found if one]


def _tidy(part: str) -> str:
    if _name(part) in KEPT:
        return part
    text = SPACE.sub(" ", part)
    return re.sub(r" (/?>)$", r"\1", text) if _name(part) else text


def _without_doubles(parts: Iterable[str], ends: bool = False) -> list[str]:
    """White space at an edge or after white space is not drawn; ``ends``: read from the end."""
    found, bare = [], True
    for part in parts:
        name = _name(part)
        if name in KEPT:
            bare = False
        elif name:
            bare = bool(EDGES.fullmatch(name)) or (bare and name not in OBJECTS)
        elif not part.startswith("<!"):
            part = (part.rstrip(" ") if ends else part.lstrip(" ")) if bare else part
            bare = (part.startswith(" ") if ends else part.endswith(" ")) if part else bare
        found.append(part)
    return found


def _name(part: str) -> str:
    found = NAME.match(part)
    return found[1].lower() if found else ""
