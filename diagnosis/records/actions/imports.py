"""Sending in a file: it waits as a row until a worker takes it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import CareTeam, User
from accounts.rights import demand
from diagnosis.records import access, tasks
from diagnosis.records.incoming import files
from diagnosis.records.models import ImportRun
from medportal.common.errors import DomainError, Pointer
from medportal.common.ids import parse_id
from medportal.common.queue.publish import ring
from medportal.common.room import require_room

DEFAULT_SOURCE = "import"
RESERVED = ("chart", "api")
LONGEST_SOURCE = 80


@dataclass(frozen=True)
class NewImport:
    """A file for a care team; ``source`` names the system from which its identifiers come."""

    team: CareTeam | UUID | str
    data: bytes
    source: str = ""


@transaction.atomic
def request_import(*, actor: User, wanted: NewImport) -> ImportRun:
    """Queue a file. A small one is read at once: of what is no file, no row is left."""
    demand(actor, "import.request")
    team = _team(actor, wanted.team)
    source = _source(wanted.source)
    kind = files.format_of(wanted.data)
    if len(wanted.data) <= settings.IMPORT_READ_AT_ONCE:
        files.read(wanted.data, kind)
    require_room()
    pk = uuid4()
    run = ImportRun(
        id=pk,
        organisation=team.organisation,
        team=team,
        requested_by=actor,
        format=kind,
        source=source,
        language=get_language() or settings.LANGUAGE_CODE,
        size=len(wanted.data),
        object_name=files.keep(str(pk), wanted.data),
    )
    run.save(force_insert=True)
    audit.record(
        actor=actor,
        act="import.request",
        what=f"import/{run.pk}",
        detail={"team": str(team.pk), "format": kind, "bytes": run.size},
    )
    ring(tasks.run_import, run.pk)
    return run


def import_for(actor: User, run: UUID | str) -> ImportRun:
    """One's own import; the caller leaves the trace."""
    wanted = parse_id(run)
    rows = ImportRun.objects.visible_to(actor).select_related("team")
    found: ImportRun | None = rows.filter(pk=wanted).first() if wanted else None
    if found is None:
        raise DomainError("import_not_found", _("No such import."), status=404)
    return found


def _team(actor: User, wanted: CareTeam | UUID | str) -> CareTeam:
    """A team in which the actor works today; a foreign one is as absent as a missing one."""
    pk = wanted.pk if isinstance(wanted, CareTeam) else parse_id(wanted)
    teams = access.teams_of(actor).select_related("organisation")
    found = teams.filter(pk=pk).first() if pk else None
    if found is None:
        message = _("You work in no such care team.")
        pointers = [Pointer("/team", "team_not_found", message)]
        raise DomainError("team_not_found", message, status=404, pointers=pointers)
    return found


def _source(name: str) -> str:
    plain = name.strip() or DEFAULT_SOURCE
    if plain.lower() in RESERVED or len(plain) > LONGEST_SOURCE or not plain.isprintable():
        message = _("Name the other system in at most 80 characters, not «chart» or «api».")
        pointers = [Pointer("/source", "source_invalid", message)]
        raise DomainError("source_invalid", message, pointers=pointers)
    return plain
