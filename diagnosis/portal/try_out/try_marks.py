"""What is drawn under a slider: where other bands begin, where the value was, where most lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnosis.inference.further.threshold_crossings import Crossing
from diagnosis.portal.try_out.try_scales import Range, Scale
from diagnosis.portal.words.figures import exact_percent
from diagnosis.results.pictures.scale import Axis

MOST_SAID = 3


@dataclass(frozen=True)
class Marks:
    """Places in per cent of the slider's way, and the crossings in words."""

    limits: tuple[tuple[str, str], ...] = ()
    before: str = ""
    usual: tuple[str, str] | None = None
    sentences: tuple[str, ...] = ()


def marks(
    scale: Scale, found: Sequence[Crossing], before: float | None, usual: Range | None
) -> Marks:
    """``before`` and ``usual`` are in the model's unit, as the crossings are."""
    axis = Axis(scale.low, scale.high)
    said = [(exact_percent(one.limit), scale.said(one.value)) for one in found[:MOST_SAID]]
    return Marks(
        limits=tuple(
            (axis.percent(one.value / scale.factor), exact_percent(one.limit)) for one in found
        ),
        before="" if before is None else axis.percent(before / scale.factor),
        usual=None if usual is None else axis.span(*(edge / scale.factor for edge in usual)),
        sentences=tuple(
            _("crosses %(limit)s at %(value)s") % {"limit": limit, "value": value}
            for limit, value in said
        ),
    )
