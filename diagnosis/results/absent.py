"""What a kind of answer does not have, and why: said on the card of a version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diagnosis.results.kind import Panel, ShownResult

NAMES: dict[Panel, str | Promise] = {
    Panel.LOG_ODDS: _("Reasons in log-odds"),
    Panel.ADDED_VALUE: _("Beside the usual score, on the result"),
    Panel.FURTHER: _("What would change it, patients alike, how sure it is"),
    Panel.TREND: _("Course over time"),
    Panel.COHORT: _("All patients of a service"),
    Panel.TRY_OUT: _("Trying other values"),
    Panel.OUTCOME: _("What happened"),
    Panel.OWN_ESTIMATE: _("Own estimate before the model's"),
    Panel.PATIENT_SHEET: _("Sheet for the patient"),
    Panel.WARD: _("Training ward"),
}
WHY: dict[Panel, str | Promise] = {
    Panel.LOG_ODDS: _("The reasons add up on the scale that is shown, and on no other."),
    Panel.ADDED_VALUE: _("No usual score answers this as one probability; the card compares them."),
    Panel.FURTHER: _("Worked out for a single probability alone."),
    Panel.TREND: _("Results of this kind are not made to follow one patient by."),
    Panel.COHORT: _("Compared are single probabilities alone."),
    Panel.TRY_OUT: _("Values are tried on a single probability alone."),
    Panel.OUTCOME: _("No event can happen: what is measured later stands in the chart."),
    Panel.OWN_ESTIMATE: _("There is no single probability that could be estimated beforehand."),
    Panel.PATIENT_SHEET: _("Words for patients are written for the probability of one event."),
    Panel.WARD: _("Practice is judged by whether an event came; there is none here."),
}
"""Where a kind does not say it better itself (``ShownResult.why_not``)."""


@dataclass(frozen=True)
class Absent:
    name: str
    why: str


def absent(kind: ShownResult, there: frozenset[Panel]) -> Iterator[Absent]:
    """In the order of the panels, everything that is not ``there``."""
    for panel in Panel:
        if panel not in there:
            yield Absent(str(NAMES[panel]), str(kind.why_not.get(panel, WHY[panel])))
