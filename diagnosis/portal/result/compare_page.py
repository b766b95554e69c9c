"""A run beside the one that it repeats: what changed in the inputs, the version, the number."""

from __future__ import annotations

from dataclasses import dataclass

from diagnosis.inference.further.change import Change, change_between
from diagnosis.inference.models import Prediction
from diagnosis.portal.result.result_number import Number, number_of
from diagnosis.portal.words.change_words import no_story
from diagnosis.portal.words.headline import difference, figures_of
from diagnosis.portal.words.inputs_shown import ShownInput, entry_of, shown_inputs

SAME = 1e-9
REPRODUCED = 1e-5
"""As closely as an artifact agrees with its serving form."""


@dataclass(frozen=True)
class ComparedInput:
    """One input before and now."""

    label: str
    before: ShownInput | None
    now: ShownInput | None
    changed: bool
    within_error: bool = False


@dataclass(frozen=True)
class Comparison:
    """Both runs side by side."""

    before: Prediction
    now: Prediction
    number_before: Number | None
    number_now: Number | None
    inputs: tuple[ComparedInput, ...]
    same_version: bool
    same_inputs: bool
    noise: str = ""
    """That a change is no more than errors of measurement make, where it is not."""

    @property
    def both_done(self) -> bool:
        return self.number_before is not None and self.number_now is not None

    @property
    def change(self) -> str:
        """From the printed numbers; a probability in whole points."""
        before, now = self.before.headline, self.now.headline
        if before is None or now is None:
            return ""
        return difference(figures_of(self.now), before, now)

    @property
    def in_points(self) -> bool:
        return not figures_of(self.now).unit

    @property
    def is_repetition(self) -> bool:
        """The same inputs to the same version: the number must come out again."""
        return self.both_done and self.same_version and self.same_inputs

    @property
    def is_reproduced(self) -> bool:
        before, now = self.before.headline, self.now.headline
        if before is None or now is None:
            return False
        return self.is_repetition and abs(before - now) < REPRODUCED

    @property
    def difference(self) -> str:
        before, now = self.before.headline, self.now.headline
        if before is None or now is None:
            return ""
        return figures_of(self.now).said(abs(before - now))


def _changed(before: Prediction, now: Prediction, name: str) -> bool:
    first, second = (entry_of(p, name).converted for p in (before, now))
    if first is None or second is None:
        return first is not second
    return abs(float(first) - float(second)) > SAME


def _noise(change: Change | None) -> str:
    if change is None or not change.same_version or not change.is_within_error:
        return ""
    return no_story(change)


def comparison(before: Prediction, now: Prediction) -> Comparison:
    first, second = shown_inputs(before), shown_inputs(now)
    names = list(dict.fromkeys([*second, *first]))
    changed = {name for name in names if _changed(before, now, name)}
    change = change_between(before, now) if changed else None
    within_error = {part.feature for part in change.moved if part.within_error} if change else ()
    inputs = tuple(
        ComparedInput(
            label=(second.get(name) or first[name]).label,
            before=first.get(name),
            now=second.get(name),
            changed=name in changed,
            within_error=name in within_error,
        )
        for name in names
    )
    return Comparison(
        before=before,
        now=now,
        number_before=number_of(before),
        number_now=number_of(now),
        inputs=inputs,
        same_version=before.version_id == now.version_id,
        same_inputs=not changed,
        noise=_noise(change),
    )
