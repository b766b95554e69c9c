"""Two folders of goldens beside each other: what differs, by file, with the first lines that do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import unified_diff
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path

Read = Callable[[bytes], list[str]]
SHOWN_LINES = 12
LOOKS = ("class", "style")
VERBATIM = ("script", "style", "textarea", "pre")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Parsed(HTMLParser):
    """A page as its elements, attributes and words: a line each, without whitespace and looks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_text()
        kept = sorted((name, value or "") for name, value in attrs if name not in LOOKS)
        said = "".join(f' {name}="{" ".join(value.split())}"' for name, value in kept)
        self._say(f"<{tag}{said}>")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self._end_text()
        if tag in self.open:
            while self.open.pop() != tag:
                pass
            self._say(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_decl(self, decl: str) -> None:
        self._say(f"<!{decl}>")

    def _end_text(self) -> None:
        text = "".join(self.text)
        self.text.clear()
        is_verbatim = bool(self.open) and self.open[-1] in VERBATIM
        if words := text.strip() if is_verbatim else " ".join(text.split()):
            self._say(words)

    def _say(self, line: str) -> None:
        self.lines.append("  " * len(self.open) + line)

    def close(self) -> None:
        super().close()
        self._end_text()


def as_bytes(content: bytes) -> list[str]:
    return content.decode(errors="backslashreplace").splitlines(keepends=True)


def as_dom(content: bytes) -> list[str]:
    """A page without its whitespace and looks; what is no page as it is."""
    text = content.decode(errors="backslashreplace")
    if not text.lstrip().startswith("<"):
        return as_bytes(content)
    parsed = Parsed()
    parsed.feed(text)
    parsed.close()
    return [f"{line}\n" for line in parsed.lines]


def differences(before: Path, after: Path, read: Read = as_bytes) -> Iterator[list[str]]:
    """For each file that differs: its name, then the first lines that do."""
    names = {before: _names(before), after: _names(after)}
    for name in sorted(names[before] | names[after]):
        if name not in names[after]:
            yield [f"{name}: only before"]
        elif name not in names[before]:
            yield [f"{name}: only after"]
        elif found := _changed(before / name, after / name, read):
            yield [name, *found]


def _names(folder: Path) -> set[str]:
    found = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    if not found:
        raise SystemExit(f"{folder} holds no goldens: take them first.")
    return found


def _changed(before: Path, after: Path, read: Read) -> list[str]:
    old, new = before.read_bytes(), after.read_bytes()
    if old == new:
        return []
    found = unified_diff(read(old), read(new), n=0)
    lines = [line.rstrip("\n") for line in islice(found, 2, 2 + SHOWN_LINES)]
    if not lines and read is as_bytes:
        return ["bytes that are no lines"]
    return lines
