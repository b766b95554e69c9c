"""How tried values differ from the stored run: each changed input, and one sentence for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnosis.portal.words import sentences
from diagnosis.portal.words.figures import percent, signed
from diagnosis.portal.words.inputs_shown import ShownInput
from diagnosis.results.pictures.rounding import shared_out, whole

WORTH_SAYING = 0.005
"""Half a point: below, two numbers are shown as the same."""


@dataclass(frozen=True)
class Moved:
    """One input that was changed: before, now, and its part of the difference in points."""

    label: str
    before: str
    now: str
    share: float | None

    @property
    def points(self) -> str:
        return "" if self.share is None else signed(whole(self.share))


def as_printed(
    shares: Mapping[str, float], names: Sequence[str], before: float | None, now: float | None
) -> Mapping[str, float]:
    """The parts in whole points that add up to the difference of the two printed numbers."""
    if before is None or now is None or not names:
        return shares
    parts = [shares[name] for name in names] if set(names) <= set(shares) else []
    if len(names) == 1:
        parts = [now - before]
    if not parts:
        return shares
    points = shared_out(parts, whole(now) - whole(before))
    return {name: one / 100 for name, one in zip(names, points, strict=True)}


def moved_inputs(
    names: Sequence[str],
    before: Mapping[str, ShownInput],
    now: Mapping[str, ShownInput],
    shares: Mapping[str, float],
) -> list[Moved]:
    """The largest part first; without a number in the order of the page."""
    nothing = _("not measured")
    ordered = sorted(names, key=lambda name: -abs(shares.get(name, 0.0)))
    return [
        Moved(
            now[name].label,
            before[name].value or nothing,
            now[name].value or nothing,
            shares.get(name),
        )
        for name in ordered
    ]


@dataclass(frozen=True)
class Together:
    """The sum of all that was changed."""

    before: str
    now: str
    points: str


def together(before: float | None, now: float | None, moved: Sequence[Moved]) -> Together | None:
    """None where there is nothing to add up: one change alone is the whole difference."""
    shares = [one.share for one in moved]
    if before is None or now is None or len(shares) < 2 or None in shares:
        return None
    return Together(percent(before), percent(now), signed(whole(now) - whole(before)))


def sentence(before: float | None, now: float, moved: Sequence[Moved]) -> str:
    """Say «From 34 % to 21 %; mostly by systolic blood pressure.»."""
    if not moved:
        return _("The values of the run itself: nothing is changed yet.")
    if before is None:
        return _("The run itself was not scored; with these values it would be.")
    if abs(now - before) < WORTH_SAYING:
        return _("Still %(now)s: this changes the estimate by less than one point.") % {
            "now": percent(now)
        }
    words = {"before": percent(before), "now": percent(now), "input": _most(moved, now - before)}
    if len(moved) == 1:
        return _("From %(before)s to %(now)s by %(input)s.") % words
    return _("From %(before)s to %(now)s; mostly by %(input)s.") % words


def _most(moved: Sequence[Moved], difference: float) -> str:
    """The changed input that did most of it, in the direction of the whole."""
    towards = 1 if difference > 0 else -1
    return sentences.inside(max(moved, key=lambda one: (one.share or 0.0) * towards).label)
