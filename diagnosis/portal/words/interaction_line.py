"""The pair of inputs that acts together most, as one sentence of the small print."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis.inference.stored.reasons import Reasons
from diagnosis.portal.words import sentences
from diagnosis.results.figures import PERCENT, Figures
from diagnosis.results.pictures.rounding import whole
from medportal.common.text import localized

LEAST = 0.01


def together_line(reasons: Reasons | None, figures: Figures = PERCENT) -> str:
    """Empty where no pair adds a point or more beyond what each input adds alone."""
    pairs = reasons.pairs if reasons else ()
    least = LEAST * figures.grain
    strongest = next((one for one in pairs if abs(one.effect) >= least), None)
    if reasons is None or strongest is None:
        return ""
    names = sentences.together([localized(reasons.label(name)) for name in strongest.features])
    points, more = whole(abs(strongest.effect) / figures.grain), strongest.effect > 0
    if figures.unit:
        return _by(names, figures.sized(points), more=more)
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


def _by(names: str, size: str, *, more: bool) -> str:
    template = (
        _(
            "%(inputs)s together bring the estimate %(size)s higher than the sum of what each "
            "does alone."
        )
        if more
        else _(
            "%(inputs)s together bring the estimate %(size)s lower than the sum of what each "
            "does alone."
        )
    )
    return template % {"inputs": names, "size": size}
