"""``manage.py export_chart PATIENT FILE --person USERNAME --purpose treatment``."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.models import User
from accounts.request_facts import facts, of_command
from diagnosis.interop.exporting import STATED, Form, Wanted, export_chart
from medportal.common.errors import DomainError
from medportal.common.ids import parse_id
from medportal.database.commands import PlainCommand, Refused

OWNER_ALONE = 0o600


class Command(PlainCommand):
    help = (
        "Write one patient's chart into a new file, in the name of a person who may see it. "
        "The audit event is there before the file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("patient", help="the patient's id, as in the address of the chart")
        parser.add_argument("file", type=Path, help="a file that does not exist yet")
        parser.add_argument("--person", required=True, help="user name of who exports")
        parser.add_argument("--purpose", required=True, choices=list(dict(STATED)))
        parser.add_argument("--reason", default="", help="in words, for the audit trail")
        parser.add_argument("--form", default=Form.FHIR, choices=Form.values)

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(username=options["person"], is_active=True).first()
        if person is None:
            raise Refused("There is no such user.")
        wanted = Wanted(options["form"], options["purpose"], options["reason"])
        with facts(of_command("export_chart")):
            content = _exported(person, options["patient"], wanted)
        _write(options["file"], content)
        self.stdout.write(f"Wrote {len(content)} bytes to {options['file']}")


def _exported(person: User, patient: str, wanted: Wanted) -> bytes:
    try:
        with transaction.atomic(durable=True):  # committed before the file is there
            return export_chart(actor=person, patient=patient, wanted=wanted).content
    except DomainError as error:
        named = parse_id(patient)
        patients = [named] if named else []
        audit.record_refused(actor=person, act="chart.export", patients=patients, what=error.code)
        raise Refused(str(error.message)) from error


def _write(file: Path, content: bytes) -> None:
    """Readable by its owner alone; an older file is never overwritten."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ALONE)
    except OSError as error:
        raise Refused(f"Cannot write {file}: {error.strerror}.") from error
    with os.fdopen(handle, "wb") as out:
        out.write(content)
