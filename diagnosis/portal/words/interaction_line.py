"""The pair of inputs that acts together most, as one sentence of the small print."""

from __future__ import annotations

from django.utils.translation import ngettext

from diagnosis.inference.stored.reasons import Reasons
from diagnosis.portal.charts.rounding import whole
from diagnosis.portal.words import sentences
from medportal.common.text import localized

LEAST = 0.01


def together_line(reasons: Reasons | None) -> str:
    """Empty where no pair adds a point or more beyond what each input adds alone."""
    pairs = reasons.pairs if reasons else ()
    strongest = next((one for one in pairs if abs(one.effect) >= LEAST), None)
    if reasons is None or strongest is None:
        return ""
    names = sentences.together([localized(reasons.label(name)) for name in strongest.features])
    points, more = whole(abs(strongest.effect)), strongest.effect > 0
    template = (
        ngettext(
            "%(inputs)s together bring the estimate %(points)s point higher than the sum of what "
            "each does alone.",
            "%(inputs)s together bring the estimate %(points)s points higher than the sum of "
            "what each does alone.",
            points,
        )
        if more
        else ngettext(
            "%(inputs)s together bring the estimate %(points)s point lower than the sum of what "
            "each does alone.",
            "%(inputs)s together bring the estimate %(points)s points lower than the sum of "
            "what each does alone.",
            points,
        )
    )
    return template % {"inputs": names, "points": points}
