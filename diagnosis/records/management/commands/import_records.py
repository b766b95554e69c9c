"""``manage.py import_records FILE --team TEAM --user USERNAME``: prints the report."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from accounts import audit
from accounts.models import CareTeam, User
from accounts.request_facts import facts, of_command
from diagnosis.records import access, actions, runner
from diagnosis.records.incoming import files
from diagnosis.records.models import ImportRun
from medportal.common.errors import DomainError
from medportal.common.ids import parse_id
from medportal.common.queue import waiting
from medportal.database.commands import PlainCommand

UNUSABLE, SOME_REFUSED = 2, 1
LOOK_SECONDS = 5.0
RESULTS = ("created", "updated", "unchanged", "refused")


class Command(PlainCommand):
    help = (
        "Import a FHIR Bundle, NDJSON or CSV into a care team, in the name of somebody who works "
        "there. Exit status 1: some patients were refused; 2: the file can not be used."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--team", required=True, help="name or id of the care team")
        parser.add_argument("--user", required=True, help="user name of who imports")
        parser.add_argument("--source", default="", help="name of the system it comes from")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError("There is no such user.", returncode=UNUSABLE)
        with facts(of_command("import_records")):
            run = self._requested(user, options)
            while not _settled(run):
                runner.run_import(run.pk)  # a worker may have been quicker
        self._print(_read(run))

    def _requested(self, user: User, options: dict[str, Any]) -> ImportRun:
        try:
            with options["file"].open("rb") as stream:
                data = files.take(stream)
            wanted = actions.NewImport(_team(user, options["team"]), data, options["source"])
            return actions.request_import(actor=user, wanted=wanted)
        except OSError as error:
            message = f"Cannot read {options['file']}: {error.strerror}."
            raise CommandError(message, returncode=UNUSABLE) from error
        except DomainError as error:
            audit.record_refused(actor=user, act="import.request", what=error.code)
            raise CommandError(_words(error), returncode=UNUSABLE) from error

    def _print(self, run: ImportRun) -> None:
        report = run.report
        if run.state != ImportRun.State.DONE:
            said = [f"{p['pointer']} {p['message']}".strip() for p in report.get("problems", [])]
            raise CommandError("\n".join(said) or run.failure_code, returncode=UNUSABLE)
        for what in ("patients", "facts"):
            held = report[what]
            counts = ", ".join(f"{held[name]} {name}" for name in RESULTS if name in held)
            self.stdout.write(f"{what}: {counts}")
        for entry in report["not_kept"]:
            named = " ".join(filter(None, (entry["what"], entry["code"], entry["label"])))
            places = ", ".join(entry["places"])
            where = f" at {places}" if places else ""
            self.stdout.write(f"not kept: {entry['count']} × {named} ({entry['reason']}){where}")
        for refused in report["refused"]:
            for found in refused["findings"]:
                self.stderr.write(f"refused: {found['pointer']} {found['message']}")
        if report["patients"]["refused"]:
            message = f"{report['patients']['refused']} patients were refused."
            raise CommandError(message, returncode=SOME_REFUSED)


def _team(user: User, name: str) -> CareTeam | str:
    """By its name among the user's own; the action says what is missing."""
    with transaction.atomic():
        teams = access.teams_of(user)
        pk = parse_id(name)
        found = teams.filter(pk=pk) if pk else teams.filter(name=name)
        return found.first() or name


def _settled(run: ImportRun) -> bool:
    return waiting.wait_until_settled(ImportRun, run.pk, 0.0) or _looked(run)


def _looked(run: ImportRun) -> bool:
    """While a worker holds it, look now and then; a free row is taken at once."""
    with transaction.atomic():
        is_free = ImportRun.unscoped.claimable().filter(pk=run.pk).exists()
    return not is_free and waiting.wait_until_settled(ImportRun, run.pk, LOOK_SECONDS)


def _read(run: ImportRun) -> ImportRun:
    with transaction.atomic():
        found: ImportRun = ImportRun.unscoped.get(pk=run.pk)
    return found


def _words(error: DomainError) -> str:
    return " ".join([str(error.message), *(p.pointer for p in error.pointers if p.pointer)])
