"""Pages of a list: how many are shown of how many, and the way to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.paginator import Paginator
from django.db.models import QuerySet

RowT = TypeVar("RowT")


@dataclass(frozen=True)
class Shown(Generic[RowT]):
    rows: list[RowT]
    total: int
    first: int
    last: int
    page: int
    pages: int

    @property
    def previous(self) -> int | None:
        return self.page - 1 if self.page > 1 else None

    @property
    def following(self) -> int | None:
        return self.page + 1 if self.page < self.pages else None


def page_of(
    rows: QuerySet[Any] | list[RowT], wanted: object, size: int, total: int | None = None
) -> Shown[RowT]:
    """The page that was asked for; a number that makes no sense is the nearest that does.

    Who has counted already gives the ``total``.
    """
    paginator: Paginator[Any] = Paginator(rows, size)
    if total is not None:
        paginator.count = total
    page = paginator.get_page(wanted)  # type: ignore[arg-type]
    return Shown(
        rows=list(page.object_list),
        total=paginator.count,
        first=page.start_index(),
        last=page.end_index(),
        page=page.number,
        pages=paginator.num_pages,
    )


def pages_of(total: int, size: int) -> int:
    return max(1, -(-total // size))


def shown_of(rows: list[RowT], total: int, page: int, size: int) -> Shown[RowT]:
    """The page whose rows and total are known already."""
    first = (page - 1) * size
    return Shown(rows, total, min(first + 1, total), first + len(rows), page, pages_of(total, size))
