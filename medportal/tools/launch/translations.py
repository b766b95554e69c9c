"""``python -m medportal.tools.launch.translations check | update``: catalogues without gettext.

``update`` adds the strings that are new, drops those that are gone, and compiles.
``check`` says whether the catalogue is whole and its compiled form current.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import polib
from babel.messages.extract import extract

from medportal.configuration.addresses import ROOT

CATALOGUES = {"zh_Hans": ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"}
SOURCES = ("accounts", "diagnosis", "medportal")
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\{\w*\}")
KEPT = "library"
"""A comment that keeps an entry although no source of ours has it: a string of a library."""

Key = tuple[str, str, str]
"""Context, text, plural."""


def main() -> None:
    found = set(strings())
    commands = {"check": check, "update": update}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]](found)


def strings() -> Iterator[Key]:
    """Every marked string of our Python and our templates."""
    import django
    from django.utils.translation.template import templatize

    django.setup()
    for source in SOURCES:
        for path in sorted((ROOT / source).rglob("*.py")):
            yield from _of_python(path.read_text())
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt"}:
            lines = templatize(path.read_text(), origin=str(path)).splitlines()
            yield from _of_python("\n".join(map(str.strip, lines)))  # no line is a block of Python


def _of_python(text: str) -> Iterator[Key]:
    source = BytesIO(text.encode())
    for _line, words, _comments, context in extract("python", source, keywords=KEYWORDS):
        text_and_plural = (words, "") if isinstance(words, str) else words
        one, many = (*text_and_plural, "")[:2]
        yield (context or "", one, many)


def key_of(entry: polib.POEntry) -> Key:
    return (entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def update(found: set[Key]) -> None:
    for language, path in CATALOGUES.items():
        catalogue = _open(path, language)
        have = {key_of(entry): entry for entry in catalogue}
        for context, text, plural in sorted(found - have.keys()):
            forms = {"msgid_plural": plural, "msgstr_plural": {0: ""}} if plural else {}
            catalogue.append(polib.POEntry(msgctxt=context or None, msgid=text, **forms))
        for key in found & have.keys():
            have[key].obsolete = False
        gone = [have[key] for key in have.keys() - found if KEPT not in have[key].comment]
        for entry in gone:
            catalogue.remove(entry)
        catalogue.save()
        catalogue.save_as_mofile(str(path.with_suffix(".mo")))
        print(f"{language}: {len(found - have.keys())} new, {len(gone)} gone")


def _open(path: Path, language: str) -> polib.POFile:
    if path.exists():
        return polib.pofile(str(path), wrapwidth=98)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue = polib.POFile(wrapwidth=98)
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": language,
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    catalogue.fpath = str(path)
    return catalogue


def check(found: set[Key]) -> None:
    faults = [fault for language in CATALOGUES for fault in faults_of(language, found)]
    for fault in faults[:40]:
        print(fault)
    if faults:
        sys.exit(f"{len(faults)} faults in the catalogues (make translations adds what is new).")


def faults_of(language: str, found: set[Key]) -> Iterator[str]:
    path = CATALOGUES[language]
    if not path.exists():
        yield f"{language}: there is no catalogue"
        return
    catalogue = polib.pofile(str(path))
    have = {key_of(entry) for entry in catalogue if not entry.obsolete}
    for key in sorted(found - have):
        yield f"{language}: missing {key[1]!r}"
    for entry in catalogue:
        if not entry.obsolete:
            yield from _faults_of_entry(language, entry)
    if not _compiled_is_current(path, catalogue):
        yield f"{language}: the compiled catalogue is not of this text"


def _faults_of_entry(language: str, entry: polib.POEntry) -> Iterator[str]:
    texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if entry.fuzzy or not all(texts):
        yield f"{language}: not translated: {entry.msgid!r}"
        return
    wanted = sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    if any(sorted(PLACEHOLDER.findall(text)) != wanted for text in texts):
        yield f"{language}: other placeholders: {entry.msgid!r}"


def _compiled_is_current(path: Path, catalogue: polib.POFile) -> bool:
    compiled = path.with_suffix(".mo")
    if not compiled.exists():
        return False
    in_mo = {key_of(e): (e.msgstr, e.msgstr_plural) for e in polib.mofile(str(compiled))}
    in_po = {key_of(e): (e.msgstr, e.msgstr_plural) for e in catalogue.translated_entries()}
    return in_mo == in_po


if __name__ == "__main__":
    main()
