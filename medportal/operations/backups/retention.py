"""Which nightly backups stay: of seven days, five weeks and twelve months the newest each."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from medportal.operations.backups.layout import NAME, made_at

DAYS, WEEKS, MONTHS = 7, 5, 12
SPANS: tuple[tuple[int, Callable[[datetime], object]], ...] = (
    (DAYS, lambda moment: moment.date()),
    (WEEKS, lambda moment: moment.isocalendar()[:2]),
    (MONTHS, lambda moment: (moment.year, moment.month)),
)


def kept(moments: Iterable[datetime]) -> set[datetime]:
    newest_first = sorted(moments, reverse=True)
    staying: set[datetime] = set()
    for count, span in SPANS:
        newest: dict[object, datetime] = {}
        for moment in newest_first:
            newest.setdefault(span(moment), moment)
        staying |= set(list(newest.values())[:count])
    return staying


def thin_out(destination: Path) -> list[str]:
    """Remove the nightly backups whose time is over; those made by hand stay. Returns the names."""
    found: dict[datetime, Path] = {}
    for path in destination.iterdir():
        moment, match = made_at(path.name), NAME.match(path.name)
        if moment is not None and match is not None and match[2]:
            found[moment] = path
    leaving = sorted(set(found) - kept(found))
    for moment in leaving:
        shutil.rmtree(found[moment])
    return [found[moment].name for moment in leaving]
