"""The inputs of a prediction as the chart knows them: value, unit, date, source, usual range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from diagnosis.inference.models import Prediction
from diagnosis.inference.snapshot.inputs import outside, schema_of
from diagnosis.inference.snapshot.standing import Typical, typical_of
from diagnosis.inference.stored.entry import NOTHING, Entry
from diagnosis.inputs import shown_kind, units
from diagnosis.ml.schema import Feature
from diagnosis.portal.words.feature_range import feature_range
from diagnosis.portal.words.figures import moment, stored_day
from diagnosis.portal.words.range_shown import ShownRange
from diagnosis.records.models import Observation
from diagnosis.results.result import Filled
from medportal.common.text import localized

SOURCES: dict[str, str | Promise] = {
    "chart": gettext_lazy("chart"),
    "observation": gettext_lazy("chart"),
    "patient": gettext_lazy("patient's details"),
    "derived": gettext_lazy("computed"),
    "condition": gettext_lazy("problem list"),
    "ask": gettext_lazy("asked at the run"),
    "given": gettext_lazy("entered at the run"),
    "tried": pgettext_lazy("whence a value comes", "tried"),
}


@dataclass(frozen=True)
class ShownInput:
    """One input, ready to be read."""

    name: str
    label: str
    value: str
    when: str
    observed_at: datetime | None
    source: str
    reference: str
    filled_in: bool
    is_stale: bool
    is_given: bool
    assumed: str
    judgement: bool
    outside: str = ""
    """``above`` or ``below`` its usual range."""
    range: ShownRange | None = None
    """Against its usual range and what is typical of the model's patients."""
    address: str = ""
    """Where the value of the chart stands with its history, for whoever may see it."""

    @property
    def is_too_old(self) -> bool:
        """Measured, but so long ago that the model was given something else in its place."""
        return self.filled_in and self.is_stale and bool(self.value)

    @property
    def missing_words(self) -> str:
        """Why the model was not given a value of this patient's."""
        if self.is_too_old:
            facts = {"value": self.value, "day": self.when}
            return _("too old (%(value)s, %(day)s), filled in") % facts
        return _("not measured, filled in")


def entry_of(prediction: Prediction, name: str) -> Entry:
    """What the prediction's snapshot holds of one feature."""
    return prediction.snapshot.get(name, NOTHING)


def value_text(feature: Feature, value: object, given_unit: str | None) -> str:
    """As its kind says it to this reader."""
    return shown_kind(feature).said(feature, value, given_unit)


def reference_text(feature: Feature, given_unit: str | None) -> str:
    """The usual range in the unit of the value beside it."""
    if feature.reference_range is None:
        return ""
    return units.span(feature, *feature.reference_range, given_unit)


def assumed_words(feature: Feature, found: Filled | None) -> str:
    """The number that was put in the place of a missing one, and where it is from."""
    if found is None:
        return localized(feature.assumed)
    text, assumed = localized(found.assumed_text), found.assumed
    if assumed is None:
        return text
    kind = shown_kind(feature)
    if not feature.is_quantity:
        return text or kind.said(feature, assumed, None)
    said = kind.said_of_model(feature, float(assumed))
    return _("%(value)s (%(origin)s)") % {"value": said, "origin": text} if text else said


def shown_input(
    feature: Feature,
    given: Entry,
    address: str = "",
    typical: Typical | None = None,
    filled: Filled | None = None,
) -> ShownInput:
    value, given_unit = given.value, given.unit
    source = given.source or ""
    text = value_text(feature, value, given_unit)
    used = None if given.is_missing else value
    return ShownInput(
        name=feature.name,
        label=localized(feature.label),
        value=text,
        when=stored_day(given.observed_at),
        observed_at=moment(given.observed_at),
        source=str(SOURCES.get(source, source)),
        reference=reference_text(feature, given_unit),
        filled_in=given.is_missing,
        is_stale=given.status == "stale",
        is_given=source == "given",
        assumed=assumed_words(
            feature, filled or Filled(feature.name, assumed_text=feature.assumed)
        ),
        judgement=feature.judgement,
        outside=outside(feature, given.converted) or "",
        range=feature_range(feature, used, given_unit, typical, text=text),
        address=address,
    )


def shown_inputs(
    prediction: Prediction, addresses: Mapping[str, str] | None = None
) -> dict[str, ShownInput]:
    """Every input of the model, in the order of its schema; ``addresses`` by observation."""
    shown, typical = {}, typical_of(prediction.version)
    answer = prediction.answer
    filled = {one.feature: one for one in (answer.filled if answer else ())}
    snapshot = prediction.snapshot
    for feature in schema_of(prediction.version):
        given = snapshot.get(feature.name, NOTHING)
        address = (addresses or {}).get(str(given.observation), "")
        shown[feature.name] = shown_input(
            feature, given, address, typical.get(feature.name), filled.get(feature.name)
        )
    return shown


def addresses_of(prediction: Prediction, user: User) -> dict[str, str]:
    """The pages of the values that went in: only of those that this person may see."""
    entries = prediction.snapshot.values()
    used = [entry.observation for entry in entries if entry.observation]
    patient = prediction.patient_id
    if not used or patient is None:
        return {}
    rows = Observation.objects.visible_to(user).filter(pk__in=used, patient=patient)
    return {
        str(pk): reverse("portal:observation-history", args=[patient, pk])
        for pk in rows.values_list("pk", flat=True)
    }
