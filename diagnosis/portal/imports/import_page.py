"""What the pages of an import show: the form, how far it is, and the report in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import CareTeam, User
from diagnosis.records import access
from diagnosis.records.actions import NewImport
from diagnosis.records.actions.imports import LONGEST_SOURCE
from diagnosis.records.incoming import files
from diagnosis.records.incoming.report import Finding, Report
from diagnosis.records.models import ImportRun
from medportal.common import signs
from medportal.common.errors import DomainError

REASONS: dict[str, Promise] = {
    "absence": gettext_lazy("says that nothing is there, or that nobody knows"),
    "class_not_held": gettext_lazy("a kind of visit that the chart does not know"),
    "code_not_held": gettext_lazy("the chart does not know this code"),
    "column_not_held": gettext_lazy("a column that nobody reads"),
    "corrected_here": gettext_lazy("somebody has put it right in the chart, and that stays"),
    "inactive": gettext_lazy("no longer holds"),
    "incomplete": gettext_lazy("a number without its system"),
    "kind_not_held": gettext_lazy("the chart has no place for this kind of thing"),
    "no_code": gettext_lazy("a value without a code"),
    "no_longer_used": gettext_lazy("a number that is no longer used"),
    "no_name": gettext_lazy("nothing says what it is"),
    "no_resource": gettext_lazy("an entry without a resource"),
    "no_text": gettext_lazy("holds no plain text"),
    "no_time": gettext_lazy("nothing says when"),
    "no_time_zone": gettext_lazy("the time has no time zone"),
    "no_value": gettext_lazy("there is no value"),
    "not_a_number": gettext_lazy("no number, or one that can mean two: «1,200», «1.234»"),
    "not_a_time": gettext_lazy("no date or time that can be read"),
    "not_finite": gettext_lazy("no finite number"),
    "not_precise": gettext_lazy("no exact day: kept without it"),
    "only_a_limit": gettext_lazy("only a limit, such as «< 5»"),
    "patient_not_in_file": gettext_lazy("its patient is not in the file"),
    "range": gettext_lazy("a reference range that can not be read: kept without it"),
    "refuted": gettext_lazy("ruled out"),
    "resolved": gettext_lazy("no longer holds"),
    "shall_not_be_ignored": gettext_lazy(
        "an extension changes what it means, and nobody here understands it"
    ),
    "status": gettext_lazy("not settled yet, or called off"),
    "time_missing": gettext_lazy("nothing says when"),
    "time_not_precise": gettext_lazy("only a year or a month: a day is needed"),
    "too_long": gettext_lazy("too long"),
    "unit_missing": gettext_lazy("a number without its unit"),
    "unit_not_expected": gettext_lazy("an answer with a unit"),
    "unknown_answer": gettext_lazy("none of the answers that the chart knows"),
    "unknown_code": gettext_lazy("a code that can not be right"),
    "unknown_status": gettext_lazy("a status that nobody knows"),
    "unknown_unit": gettext_lazy("a unit that this quantity does not have"),
    "unreadable_text": gettext_lazy("a text that can not be read"),
    "withdrawn": gettext_lazy("withdrawn at the source, and never here"),
    "withdrawn_stays": gettext_lazy("withdrawn at the source: still in the chart, look at it"),
}
"""Why something has no place here, by the code in the report."""
HELD = frozenset(
    ("absence", "class_not_held", "code_not_held", "column_not_held", "corrected_here", "inactive",
     "incomplete", "kind_not_held", "no_longer_used", "no_resource", "patient_not_in_file",
     "refuted", "resolved", "status", "withdrawn", "withdrawn_stays")
)  # fmt: skip
"""Reasons that say nothing about how well the file was written; the others are left out."""
PLACES_SHOWN = 5


class ImportForm(forms.Form):
    team: forms.ModelChoiceField[CareTeam] = forms.ModelChoiceField(
        queryset=CareTeam.objects.none(),
        label=gettext_lazy("Care team"),
        help_text=gettext_lazy("Its members see the patients afterwards."),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("FHIR R4 Bundle (JSON), NDJSON, or a table (CSV); at most 32 MB."),
    )
    source = forms.CharField(
        label=gettext_lazy("Where it comes from"),
        required=False,
        max_length=LONGEST_SOURCE,
        help_text=gettext_lazy(
            "Name of the other system, always the same: its identifiers are known again by it."
        ),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = access.teams_of(person)
        team = self.fields["team"]
        assert isinstance(team, forms.ModelChoiceField)
        team.queryset = teams
        if teams.count() == 1:
            team.initial = teams.first()

    @property
    def wanted(self) -> NewImport:
        given = self.cleaned_data
        return NewImport(given["team"], files.take(given["file"]), given["source"])

    def add_refusal(self, error: DomainError) -> None:
        """At the field that is meant; of a file, with the place in it."""
        for pointer in error.pointers:
            name = pointer.pointer.strip("/")
            if name in self.fields:
                self.add_error(name, str(pointer.message))
            else:
                place = signs.aside(pointer.pointer) if pointer.pointer else ""
                self.add_error("file", f"{pointer.message}{place}")
        if not error.pointers:
            self.add_error("file", str(error.message))


@dataclass(frozen=True)
class Found:
    """One finding of the report, with its place as people say it."""

    pointer: str
    code: str
    message: str
    is_table: bool

    @property
    def row(self) -> str:
        return self.pointer.split("/")[1] if self.is_table and "/" in self.pointer else ""

    @property
    def column(self) -> str:
        parts = self.pointer.split("/") if self.is_table else []
        return parts[2] if len(parts) > 2 else ""

    @property
    def place(self) -> str:
        if self.column:
            return _("row %(row)s, column %(column)s") % {"row": self.row, "column": self.column}
        return _("row %(row)s") % {"row": self.row} if self.row else self.pointer


@dataclass(frozen=True)
class RefusedPatient:
    """The first of what was found, and how much more there is."""

    findings: list[Found]
    more: int


@dataclass(frozen=True)
class Entry:
    """Something that did not come in, with its reason and the first places where it stood."""

    what: str
    code: str
    label: str
    why: str | Promise
    places: list[str]
    count: int
    is_held: bool
    """Readable, but without a place in the chart."""

    @property
    def more(self) -> int:
        return self.count - len(self.places)


@dataclass(frozen=True)
class ImportPage:
    run: ImportRun

    @cached_property
    def report(self) -> Report:
        return Report.of(self.run.report)

    @property
    def key(self) -> str:
        """Changes whenever there is something new to show."""
        return f"{self.run.state}-{self.run.done}"

    @property
    def is_pending(self) -> bool:
        return not self.run.is_settled

    @property
    def patients(self) -> dict[str, int]:
        return self.run.counted("patients")

    @property
    def facts(self) -> dict[str, int]:
        return self.run.counted("facts")

    @property
    def problems(self) -> list[Found]:
        return [self._found(found) for found in self.report.problems]

    @property
    def refused(self) -> list[RefusedPatient]:
        """Patient by patient, the first of the findings of each."""
        return [
            RefusedPatient(
                [self._found(found) for found in one.findings], one.count - len(one.findings)
            )
            for one in self.report.refused
        ]

    @property
    def findings(self) -> Iterator[Found]:
        for one in self.refused:
            yield from one.findings

    @property
    def not_kept(self) -> list[Entry]:
        return [entry for entry in self._entries if entry.is_held]

    @property
    def left_out(self) -> list[Entry]:
        """What could not be read, while its patient came in."""
        return [entry for entry in self._entries if not entry.is_held]

    @cached_property
    def _entries(self) -> list[Entry]:
        tally = self.report.not_kept
        return [
            Entry(
                what=_("column") if one.what == "column" else one.what,
                code=one.code,
                label=one.label,
                why=REASONS.get(one.reason, one.reason),
                places=[self._place(at) for at in tally.places[one][:PLACES_SHOWN]],
                count=count,
                is_held=one.reason in HELD,
            )
            for one, count in tally.items()
        ]

    def _place(self, at: str) -> str:
        return self._found(Finding(at, "", "")).place

    @property
    def sentence(self) -> str:
        """How it ended, for who listens."""
        state = ImportRun.State
        if self.run.state == state.DONE:
            count = self.patients.get("refused", 0)
            if not count:
                return self._all_are_in()
            text = ngettext(
                "Done, but %(n)d patient was refused.",
                "Done, but %(n)d patients were refused.",
                count,
            )
            return text % {"n": count}
        if self.run.state == state.REFUSED:
            return _("The file was refused.")
        return _("The import failed.")

    def _all_are_in(self) -> str:
        count = sum(entry.count for entry in self.left_out)
        if not count:
            return _("Done: every patient of the file is in the charts.")
        text = ngettext(
            "Done: every patient of the file is in the charts; %(n)d entry was left out.",
            "Done: every patient of the file is in the charts; %(n)d entries were left out.",
            count,
        )
        return text % {"n": count}

    def _found(self, found: Finding) -> Found:
        is_table = self.run.format == ImportRun.Format.CSV
        return Found(found.pointer, found.code, found.message, is_table)
