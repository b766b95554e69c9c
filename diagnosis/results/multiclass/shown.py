"""Classes as a page shows them: how many of a hundred have each, and which stay possible."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnosis.ml.results.estimate import Estimate
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.figures import PERCENT, percent
from diagnosis.results.kind import Seen, Shown
from diagnosis.results.pictures.rounding import shared_out, whole
from diagnosis.results.result import Result
from diagnosis.results.sentences import beside, interval_sentence
from medportal.common.signs import comma
from medportal.common.text import localized

SENTENCES = beside(__file__)


@dataclass(frozen=True)
class ClassRow:
    """One class, or a sum of it and the higher ones: a bar from the left, and what is said."""

    name: str
    label: str
    count: str
    width: str
    interval: str
    is_possible: bool
    is_headline: bool


@dataclass(frozen=True)
class ShownClasses(Shown):
    """The classes in their order, then the sums; ``set_sentence`` is empty without a set."""

    rows: tuple[ClassRow, ...]
    sums: tuple[ClassRow, ...]
    set_sentence: str
    is_all_open: bool
    label: str


def is_sum(result: Result, name: str) -> bool:
    """Whether an estimate is «3 or a higher one», by its name beside that of the class."""
    return name.endswith("+") and result.estimate(name.removesuffix("+")) is not None


def classes_of(result: Result) -> list[Estimate]:
    return [one for one in result.estimates if not is_sum(result, one.name)]


def is_all_open(result: Result) -> bool:
    """Whether the set leaves every class possible: then the inputs do not tell."""
    return result.possible is not None and len(result.possible) == len(classes_of(result))


def shown(seen: Seen) -> ShownClasses | None:
    result, sheet = seen.result, seen.sheet
    order = {one.name: place for place, one in enumerate(sheet.estimates)}
    listed = sorted(classes_of(result), key=lambda one: order.get(one.name, len(order)))
    if not listed:
        return None
    counts = shared_out([one.value for one in listed], 100)
    rows = tuple(_row(seen, one, int(count)) for one, count in zip(listed, counts, strict=True))
    sums = [one for one in result.estimates if is_sum(result, one.name)]
    headline = result.headline
    return ShownClasses(
        said=percent(headline.value) if headline else "",
        sentence=_sentence(sheet, rows),
        interval=interval_sentence(result, PERCENT) if headline else "",
        interval_short=PERCENT.span(*headline.interval) if headline and headline.interval else "",
        rows=rows,
        sums=tuple(_row(seen, one, whole(one.value)) for one in sums),
        set_sentence=_set_sentence(result, sheet, rows),
        is_all_open=is_all_open(result),
        label=called(sheet, headline.name) if headline else "",
    )


def called(sheet: Sheet, name: str) -> str:
    found = sheet.estimate_named(name)
    return localized(found.text) if found else name


def _row(seen: Seen, one: Estimate, count: int) -> ClassRow:
    result = seen.result
    return ClassRow(
        name=one.name,
        label=called(seen.sheet, one.name),
        count=str(count),
        width=f"{max(count, 1)}%",
        interval=PERCENT.span(*one.interval) if one.interval else "",
        is_possible=one.name in (result.possible or ()),
        is_headline=one.name == result.headline_name,
    )


def _sentence(sheet: Sheet, rows: tuple[ClassRow, ...]) -> str:
    """«In 100 people with blood tests like these: about 20 stage 1 or 2, 43 stage 3, …»."""
    each = localized(SENTENCES["count"])
    counts = comma().join(each.format(count=row.count, label=row.label) for row in rows)
    people = localized(sheet.sentence.people)
    return localized(SENTENCES["of_a_hundred"]).format(people=people, counts=counts)


def _set_sentence(result: Result, sheet: Sheet, rows: tuple[ClassRow, ...]) -> str:
    if result.possible is None:
        return ""
    if is_all_open(result):
        return localized(sheet.sentence.all_possible)
    labels = [row.label for row in rows if row.is_possible]
    if len(labels) == 1:
        template, named = localized(SENTENCES["one"]), labels[0]
    else:
        template = localized(sheet.sentence.possible)
        named = _("%(first)s or %(last)s") % {
            "first": comma().join(labels[:-1]), "last": labels[-1],
        }  # fmt: skip
    level = whole(result.set_level) if result.set_level is not None else 90
    text = template.format(classes=named, level=level)
    return text[:1].upper() + text[1:]
