"""The text of each page of a PDF as Chromium writes it: enough to read what a printer would get."""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\b(.*?)\bendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_REFERENCE = re.compile(rb"/(\w+) (\d+) 0 R")
_SHOWN = re.compile(rb"/(\w+) [\d.]+ Tf|<([0-9A-Fa-f]+)>")


def pages(pdf: bytes) -> list[str]:
    """One text a page, without any space: where a word ends is a matter of positions."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    return [
        _text(body, objects)
        for _, body in sorted(objects.items())
        if re.search(rb"/Type /Page\b", body)
    ]


def _text(page: bytes, objects: dict[int, bytes]) -> str:
    contents = re.search(rb"/Contents (\d+) 0 R", page)
    assert contents is not None
    fonts = {
        name: _letters(objects[int(number)], objects)
        for name, number in _REFERENCE.findall(page)
        if b"/Type /Font" in objects.get(int(number), b"")
    }
    letters: dict[int, str] = {}
    shown = []
    for font, glyphs in _SHOWN.findall(_stream(objects[int(contents[1])])):
        if font:
            letters = fonts.get(font, {})
        for at in range(0, len(glyphs), 4):
            shown.append(letters.get(int(glyphs[at : at + 4], 16), ""))
    return re.sub(r"\s", "", "".join(shown))


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found is not None
    return zlib.decompress(found[1]) if b"/FlateDecode" in body else found[1]


def _letters(font: bytes, objects: dict[int, bytes]) -> dict[int, str]:
    """Glyph → characters, from the font's own table."""
    table = re.search(rb"/ToUnicode (\d+) 0 R", font)
    if table is None:
        return {}
    text = _stream(objects[int(table[1])])
    found = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", text, re.DOTALL):
        for glyph, letter in re.findall(rb"<(\w+)> <(\w+)>", block):
            found[int(glyph, 16)] = _character(letter)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", text, re.DOTALL):
        for first, last, letter in re.findall(rb"<(\w+)> <(\w+)> <(\w+)>", block):
            for step in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + step] = chr(int(letter, 16) + step)
    return found


def _character(letter: bytes) -> str:
    return bytes.fromhex(letter.decode()).decode("utf-16-be")
