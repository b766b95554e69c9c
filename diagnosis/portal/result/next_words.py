"""What a measurement would change, in one sentence: counts of ten, the largest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis.portal.words.sentences import inside

if TYPE_CHECKING:
    from diagnosis.portal.result.next_measurement import NextInput

NAMED = 3


def in_one_sentence(items: Sequence[NextInput], *, has_bands: bool) -> str:
    """E.g. «Prothrombin time would move this across 30 % in 4 of 10 cases; the others hardly»."""
    moving = [item for item in items if (item.cases if has_bands else item.points)]
    if not moving:
        return _unmoved(items) if has_bands else _still(items)
    first, also = moving[0], moving[1:NAMED]
    parts = [_in_cases(first) if has_bands else _by_points(first)]
    parts += [_also(item, has_bands=has_bands) for item in also]
    hardly = [item for item in items if item not in moving]
    if moving[NAMED:]:
        parts.append(_("the others less often") if has_bands else _("the others by less"))
    elif hardly:
        parts.append(_hardly(hardly))
    return _("%(parts)s.") % {"parts": _("; ").join(parts)}


def _unmoved(items: Sequence[NextInput]) -> str:
    """As sure as its line: «0 of 10 (0–2)» is not «none»."""
    if any(item.likely for item in items):
        return _("Probably no further measurement would change the band.")
    return _("No further measurement would change the band.")


def _in_cases(item: NextInput) -> str:
    facts = {"label": item.label, "n": item.cases, "limit": item.limit}
    if item.limit:
        return _("%(label)s would move this across %(limit)s in %(n)s of 10 cases") % facts
    return _("%(label)s would move this into another band in %(n)s of 10 cases") % facts


def _by_points(item: NextInput) -> str:
    facts = {"label": item.label, "points": item.points, "size": item.size}
    if item.figures.unit:
        return _("%(label)s would move this by about %(size)s") % facts
    return (
        ngettext(
            "%(label)s would move this by about %(points)s point",
            "%(label)s would move this by about %(points)s points",
            item.points,
        )
        % facts
    )


def _also(item: NextInput, *, has_bands: bool) -> str:
    facts = {"label": inside(item.label), "n": item.cases if has_bands else item.size}
    return (_("%(label)s in %(n)s") if has_bands else _("%(label)s by %(n)s")) % facts


def _hardly(items: Sequence[NextInput]) -> str:
    if len(items) == 1:
        return _("%(label)s hardly") % {"label": inside(items[0].label)}
    return _("the others hardly")


def _still(items: Sequence[NextInput]) -> str:
    if not items:
        return ""
    if items[0].figures.unit:
        return _("No further measurement would move it by as much as is shown.")
    return _("No further measurement would move it by a whole point.")


def would_stand(band: str, cases: int) -> str:
    """For a run without a number: where most plausible values lead."""
    text = _("There is no result yet. Of 10 plausible results %(n)s would stand in «%(band)s».")
    return text % {"n": cases, "band": band}


def from_patients(rows: int, worth: int) -> str:
    return _(
        "Tried with the values of %(rows)s patients from whom the model learned; those most like"
        " this patient count most, together as much as %(worth)s. Behind each count: where it may"
        " lie (95%%), because they are so few."
    ) % {"rows": rows, "worth": worth}
