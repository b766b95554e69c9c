"""What bands must hold so that every result has one, with a colour, a symbol and an action."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from diagnosis.ml import FeatureSchema
from diagnosis.registry.sheet.levels import LEVELS, LONGEST
from diagnosis.registry.sheet.sheets import Sheet
from medportal.common.errors import Pointer

UNKNOWN = "unknown_band"
PLACES = {code: place for place, code in enumerate(LEVELS)}


def problems(sheet: Sheet, _features: FeatureSchema) -> Iterator[Pointer]:
    wrong = list(_codes(sheet))
    yield from wrong
    known = {action.code for action in sheet.actions}
    for index, band in enumerate(sheet.bands):
        if band.action not in known:
            yield Pointer(f"/bands/{index}/action", "unknown_action", _("No such action."))
    if not wrong:  # a note that names a band by its right code is not wrong with it
        yield from _notes(sheet)


def _notes(sheet: Sheet) -> Iterator[Pointer]:
    codes = {band.code for band in sheet.bands}
    for index, note in enumerate(sheet.result_notes):
        if not codes.issuperset(note.bands or ()):
            yield Pointer(f"/result_notes/{index}/bands", UNKNOWN, _("No such band."))


def _codes(sheet: Sheet) -> Iterator[Pointer]:
    """By its code a page chooses colour and symbol, so there is no code of one's own."""
    highest = -1
    for index, band in enumerate(sheet.bands):
        place = f"/bands/{index}/code"
        if len(band.code) > LONGEST:
            text = _("A result keeps at most {n} letters of it. Use one of: {levels}.")
            yield Pointer(place, "too_long", text.format(n=LONGEST, levels=", ".join(LEVELS)))
        elif band.code not in LEVELS:
            text = _("Use one of: {levels}. By it colour and symbol are chosen.")
            yield Pointer(place, "unknown_level", text.format(levels=", ".join(LEVELS)))
        elif PLACES[band.code] <= highest:
            text = _("Each level once, and from low to high as the limits rise.")
            yield Pointer(place, "level_order", text)
        highest = max(highest, PLACES.get(band.code, -1))
