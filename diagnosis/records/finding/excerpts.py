"""Where the words of a question stand in a text, with what stands around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from diagnosis.records import names

AROUND = 60
MOST = 3
MOST_HITS = 200
BEGINNING = 140
SHORT = 3
"""Latin words below this length count only at the start of a word, as the index has them."""

Span = tuple[int, int]


@dataclass(frozen=True)
class Part:
    text: str
    is_hit: bool


@dataclass(frozen=True)
class Excerpt:
    """A piece of the text; ``opens`` and ``closes`` say that it starts or ends the whole."""

    parts: tuple[Part, ...]
    opens: bool
    closes: bool


def excerpts(text: str, words: Sequence[str]) -> list[Excerpt]:
    """The first places where any of the folded ``words`` stands; else how the text begins."""
    hits = _merged(sorted(_hits(text, words))[:MOST_HITS])
    if not hits:
        return [_excerpt(text, (0, min(len(text), BEGINNING)), [])]
    windows = _merged([_window(text, hit) for hit in hits])[:MOST]
    return [_excerpt(text, window, hits) for window in windows]


def _hits(text: str, words: Sequence[str]) -> Iterator[Span]:
    """Spans of the text as it was written, found in its folded form."""
    folded, origin = _folded(text)
    for word in words:
        at = folded.find(word)
        while at >= 0:
            if _counts(folded, at, word):
                yield origin[at], origin[at + len(word) - 1] + 1
            at = folded.find(word, at + 1)


def _folded(text: str) -> tuple[str, list[int]]:
    """The folded text, and from which character of the text each of its letters comes."""
    letters: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        for letter in names.fold(character):
            letters.append(letter)
            origin.append(index)
    for start, end in reversed(names.gaps("".join(letters))):  # a line break parts no word
        del letters[start:end], origin[start:end]
    return "".join(letters), origin


def _counts(folded: str, at: int, word: str) -> bool:
    if len(word) >= SHORT or names.is_chinese(word) or at == 0:
        return True
    before = folded[at - 1]
    return not before.isalnum() or names.is_chinese(before)


def _window(text: str, hit: Span) -> Span:
    """Around a hit, widened to whole words where they end soon."""
    start, end = max(0, hit[0] - AROUND), min(len(text), hit[1] + AROUND)
    space = text.rfind(" ", max(0, start - 15), start)
    start = space + 1 if space >= 0 else start
    space = text.find(" ", end, end + 15)
    return start, space if space >= 0 else end


def _merged(spans: Sequence[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _excerpt(text: str, window: Span, hits: Sequence[Span]) -> Excerpt:
    parts, at = [], window[0]
    for start, end in hits:
        if window[0] <= start and end <= window[1]:
            parts += [Part(text[at:start], is_hit=False), Part(text[start:end], is_hit=True)]
            at = end
    parts.append(Part(text[at : window[1]], is_hit=False))
    return Excerpt(
        tuple(part for part in parts if part.text),
        opens=window[0] == 0,
        closes=window[1] >= len(text),
    )
