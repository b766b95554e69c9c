"""«Wrong patient» on the page of a run: which values go with it, and whether it can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from accounts.models import User
from diagnosis.inference.actions import stored_by
from diagnosis.inference.models import Prediction, WrongPatientMark
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.portal.words.inputs_shown import value_text
from medportal.common.text import localized


@dataclass(frozen=True)
class Stored:
    """One value that the run's form wrote into the chart."""

    key: str
    label: str
    value: str


@dataclass
class WrongPatient:
    prediction: Prediction
    user: User

    @cached_property
    def values(self) -> list[Stored]:
        """Named one by one, in the order of the form, as they stand in the chart now."""
        by_code = {
            (source.system, source.code): feature
            for feature in schema_of(self.prediction.version)
            for source in feature.sources
        }
        found = []
        for row in stored_by(self.prediction):
            feature = by_code[row.system, row.code]
            value = row.value_code if row.value_number is None else row.value_number
            shown = value_text(feature, value, row.unit)
            found.append(Stored(str(row.pk), localized(feature.label), shown))
        return found

    @cached_property
    def mark(self) -> WrongPatientMark | None:
        """The mark that stands on this run."""
        rows = WrongPatientMark.objects.visible_to(self.user).standing()
        return rows.filter(prediction=self.prediction).first()

    @property
    def may_undo(self) -> bool:
        mark = self.mark
        return mark is not None and mark.by_id == self.user.pk and mark.can_be_undone
