"""How a reader wants the reasons to stand: chosen by a link, kept until the end of the session."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diagnosis.portal.charts.arranging import Arrangement, Grouping, Order

E = TypeVar("E", Order, Grouping)
KEPT = "reasons"

ORDERS: dict[Order, str | Promise] = {
    Order.SIZE: _("largest first"),
    Order.CHART: _("as in the chart"),
    Order.GROUP: _("by group"),
}
GROUPINGS: dict[Grouping, str | Promise] = {
    Grouping.EACH: _("each input"),
    Grouping.FAMILY: _("groups of inputs"),
}


@dataclass(frozen=True)
class Choice:
    """One link: what it shows, how it is called, whether it is chosen now."""

    name: str
    label: str | Promise
    query: str
    is_chosen: bool


def chosen(request: HttpRequest) -> Arrangement:
    """What the address asks for, else what this reader asked for last."""
    kept = request.session.get(KEPT) or {}
    wanted = {name: request.GET.get(name) or kept.get(name) for name in ("order", "group")}
    found = Arrangement(
        order=_one_of(Order, wanted["order"]) or Order.SIZE,
        grouping=_one_of(Grouping, wanted["group"]) or Grouping.EACH,
    )
    told = {"order": str(found.order), "group": str(found.grouping)}
    if is_asked(request) and told != kept:
        request.session[KEPT] = told
    return found


def is_asked(request: HttpRequest) -> bool:
    return "order" in request.GET or "group" in request.GET


def _one_of(kind: type[E], name: object) -> E | None:
    """What nobody knows is no choice: the address of a page is anybody's to write."""
    return next((one for one in kind if one == name), None)


def query(arrangement: Arrangement) -> str:
    return f"order={arrangement.order}&group={arrangement.grouping}"


def orders(now: Arrangement) -> list[Choice]:
    return [
        Choice(f"order-{one}", label, query(replace(now, order=one)), one == now.order)
        for one, label in ORDERS.items()
    ]


def groupings(now: Arrangement) -> list[Choice]:
    return [
        Choice(f"group-{one}", label, query(replace(now, grouping=one)), one == now.grouping)
        for one, label in GROUPINGS.items()
    ]
