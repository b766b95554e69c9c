"""The run form: each input as the chart has it, and what the doctor made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from diagnosis.inference.snapshot.standing import Typical
from diagnosis.ml import FeatureSchema
from diagnosis.portal.run.input_field import InputField
from diagnosis.records.reading import Reading
from medportal.common.text import localized


@dataclass
class Answers:
    """What the form sent, as the request wants it."""

    inputs: dict[str, Any] = field(default_factory=dict)
    include_stale: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    is_stale: bool = False
    """Whether the chart moved on while the form was open."""


def fields_of(
    schema: FeatureSchema,
    readings: Mapping[str, Reading],
    posted: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    typical: Mapping[str, Typical] | None = None,
) -> list[InputField]:
    found, usual = errors or {}, typical or {}
    return [
        InputField(
            feature,
            readings[feature.name],
            posted,
            found.get(feature.name, ""),
            usual.get(feature.name),
        )
        for feature in schema
    ]


@dataclass(frozen=True)
class Group:
    label: str
    fields: list[InputField]


def grouped(fields: Sequence[InputField]) -> list[Group]:
    """By clinical family, in the order of the schema."""
    groups: dict[str, list[InputField]] = {}
    for one in fields:
        groups.setdefault(localized(one.feature.family), []).append(one)
    return [Group(label, inside) for label, inside in groups.items()]


class RunForm:
    """The posted form, read against the chart as it is now."""

    def __init__(self, fields: Sequence[InputField], posted: Mapping[str, str]) -> None:
        self.fields = fields
        self.posted = posted

    @cached_property
    def answers(self) -> Answers:
        answers = Answers()
        for one in self.fields:
            if not one.is_locked:
                self._read(one, answers)
        return answers

    def _read(self, one: InputField, answers: Answers) -> None:
        if one.is_stale_form:
            answers.is_stale = True
            answers.errors[one.name] = _moved_on(self.posted.get(f"seen_{one.name}", ""), one.seen)
        elif self._is_as_in_chart(one):
            if one.status == "stale" and one.uses_stale:
                answers.include_stale.append(one.name)
        elif not one.text:
            answers.inputs[one.name] = None
            answers.changed.append(one.name)
        else:
            self._take(one, answers)

    def _is_as_in_chart(self, one: InputField) -> bool:
        if not one.text:
            return not one.is_in_chart or one.status == "stale"
        same_unit = one.is_choice or one.unit == one.chart_unit
        return one.is_in_chart and one.text == one.chart_text and same_unit

    def _take(self, one: InputField, answers: Answers) -> None:
        if one.is_in_chart and one.status == "current":
            answers.changed.append(one.name)
        sent, error = one.kind.posted(one.feature, one.text, one.unit)
        if error:
            answers.errors[one.name] = error
        else:
            answers.inputs[one.name] = sent


def _moved_on(was: str, now: str) -> str:
    return _(
        "The chart has another value since you opened this form: «%(was)s» then, «%(now)s» now. "
        "Look again."
    ) % {"was": was or _("nothing"), "now": now or _("nothing")}
