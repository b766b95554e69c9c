"""A CSV file as patients with their observations: ``read(bytes)``. Asks no database.

One row an observation, the patient's columns in front; docs/mechanisms/import.md has the columns.
What ``export_chart --form csv`` writes is such a file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from diagnosis.records.incoming.numbers import Decimals
from diagnosis.records.incoming.shapes import NotKept, Reading, Tally, unusable
from diagnosis.records.incoming.table_rows import PERSONAL, Person
from diagnosis.records.persons import MRN
from medportal.common import json_bodies
from medportal.common.cells import unguard
from medportal.common.errors import Pointer

COLUMNS = (
    "patient", "number_system", *PERSONAL,
    "system", "code", "label", "value", "unit", "observed_at", "status",
    "source_identifier", "reference_low", "reference_high",
)  # fmt: skip
WITHOUT_USE = ("label", "source", "")
"""For readers of the table, or said of the whole file."""
LONGEST_FIELD = 2_000
MOST_COLUMNS = 100
People = dict[tuple[str, str], Person]


def read(data: bytes) -> Reading:
    """Everything in the file; an error with its place if nothing of it can be used."""
    text = _text(data)
    delimiter = _delimiter(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    not_kept = Tally()
    people: People = {}
    decimals = Decimals.of(text, delimiter)
    try:
        header = _header(next(rows, []), not_kept)
        for number, cells in enumerate(rows, 2):
            if number > settings.IMPORT_MOST_ENTRIES:
                raise _too_many("too_many_entries", settings.IMPORT_MOST_ENTRIES)
            if any(cell.strip() for cell in cells):
                row = dict(zip(header, (unguard(cell.strip()) for cell in cells), strict=False))
                person = _person(number, row, people)
                if _has_shape(number, header, cells, person, not_kept):
                    person.note(row, number)
                    person.observe(row, number, decimals, not_kept)
    except csv.Error:
        place = {"line": rows.line_num}
        message = _("This is no CSV that can be read: see line %(line)d.") % place
        raise unusable("broken_csv", message, f"/{rows.line_num}") from None
    if not people:
        raise unusable("no_patient", _("The file holds no row with a patient."))
    if len(people) > settings.IMPORT_MOST_PATIENTS:
        raise _too_many("too_many_patients", settings.IMPORT_MOST_PATIENTS)
    return Reading([person.incoming() for person in people.values()], not_kept)


def _too_many(code: str, most: int) -> Exception:
    kinds = {
        "too_many_entries": _("The file holds more than %(most)d entries: send it in parts."),
        "too_many_patients": _("The file holds more than %(most)d patients: send it in parts."),
    }
    return unusable(code, kinds[code] % {"most": most})


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = {"line": data[: error.start].count(b"\n") + 1}
        message = _("This is no UTF-8: see line %(line)d. Save the file as UTF-8.") % line
        raise unusable("not_utf8", message, f"/{line['line']}") from None
    if not json_bodies.storable(text):
        line = {"line": text[: text.find("\0")].count("\n") + 1}
        message = _("A character in line %(line)d can not be stored.") % line
        raise unusable("forbidden_character", message, f"/{line['line']}")
    return text


def _delimiter(text: str) -> str:
    """Of the header: commas, semicolons as spreadsheets write them in many countries, or tabs."""
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _header(cells: list[str], not_kept: Tally) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if len(names) > MOST_COLUMNS:
        raise unusable("too_many_columns", _("The header names too many columns."), "/1")
    if "patient" not in names:
        message = _("The header in row 1 lacks the column «patient», the patient's number.")
        raise unusable("columns_missing", message, "/1")
    twice = next((name for name in names if name and names.count(name) > 1), "")
    if twice:
        message = _("The header in row 1 names a column twice.")
        raise unusable("column_twice", message, f"/1/{json_bodies.step(twice)}")
    for name in names:
        if name not in (*COLUMNS, *WITHOUT_USE):
            not_kept.note(NotKept("column", "column_not_held", name[:60]), "/1")
    return names


def _person(number: int, row: dict[str, str], people: People) -> Person:
    who = (row.get("number_system") or MRN, row.get("patient", ""))
    return people.setdefault(who, Person(number=who[1], system=who[0], row=number))


def _has_shape(
    number: int, header: list[str], cells: list[str], person: Person, not_kept: Tally
) -> bool:
    """Whether the row has a field for each column, none of them endless."""
    if len(cells) != len(header):
        counts = {"found": len(cells), "wanted": len(header)}
        message = _("The row has %(found)d fields and the header %(wanted)d.") % counts
        person.found.append(Pointer(f"/{number}", "field_count", message))
        return False
    for name, cell in zip(header, cells, strict=True):
        if len(cell) > LONGEST_FIELD:
            place = f"/{number}/{json_bodies.step(name)}"
            if name in (*PERSONAL, "patient", "number_system"):
                person.found.append(Pointer(place, "too_long", _("This text is too long.")))
            else:
                not_kept.note(NotKept("Observation", "too_long"), place)
            return False
    return True


def template() -> Iterator[str]:
    """An empty file to fill in."""
    yield ",".join(COLUMNS) + "\r\n"
