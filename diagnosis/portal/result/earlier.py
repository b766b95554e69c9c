"""Earlier results of the same service for the same patient, as steps."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from diagnosis.inference.before.own_estimate import with_own_estimates_first
from diagnosis.inference.models import Prediction
from diagnosis.portal.charts.steps import Measured, Steps, steps
from diagnosis.portal.words.headline import estimate, figures_of, line_of
from diagnosis.results.kind import Panel

MOST = 12


@dataclass(frozen=True)
class Earlier:
    """One result in the list; the newest first."""

    prediction: Prediction
    percent: str
    is_here: bool
    version_changed: bool
    """Another version than the result before it: the two may not be compared like with like."""


@dataclass(frozen=True)
class History:
    """The list and its picture."""

    rows: tuple[Earlier, ...]
    picture: Steps | None

    @property
    def has_earlier(self) -> bool:
        return len(self.rows) > 1


def history(user: User, prediction: Prediction) -> History:
    """This result among the others; what-ifs and withdrawn results are none."""
    if prediction.patient_id is None:
        return History((), None)
    unread = ("result",) if prediction.headline is not None else ()  # without one, lines read it
    found = with_own_estimates_first(
        user,
        Prediction.objects.visible_to(user)
        .countable()
        .filter(
            patient=prediction.patient_id,
            service=prediction.service_id,
            state=Prediction.State.DONE,
        )
        .select_related("version")
        .defer("version__manifest", "inputs", *unread)
        .order_by("-index_at", "-requested_at")[:MOST],
    )
    figures, rows = figures_of(prediction), []
    for i, row in enumerate(found):
        older = found[i + 1] if i + 1 < len(found) else None
        rows.append(
            Earlier(
                prediction=row,
                percent=""
                if row.is_withheld
                else line_of(row) or estimate(row.headline, figures=figures),
                is_here=row.pk == prediction.pk,
                version_changed=older is not None and older.version_id != row.version_id,
            )
        )
    measured = [
        Measured(r.index_at, r.headline, r.version.number, r.expires_at)
        for r in found
        if not r.is_withheld and r.headline is not None
    ]
    picture = steps(measured) if prediction.offers(Panel.TREND) else None
    return History(tuple(rows), picture)
