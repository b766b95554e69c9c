"""Every command × everybody in whose name it may be run: complete, or the test says so."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command, get_commands
from django.db import transaction

from accounts.models import AuditEvent
from tests.contracts.commands import ARGUMENTS, OPERATOR, PERSONAL
from tests.contracts.routes import COLUMNS, world_of

OURS = ("accounts", "diagnosis", "medportal")
PEOPLE = [column for column in COLUMNS if column != "stranger"]


def test_every_command_of_ours_has_its_row():
    ours = {name for name, app in get_commands().items() if str(app).startswith(OURS)}

    assert ours == set(OPERATOR) | set(PERSONAL) == set(OPERATOR) ^ set(PERSONAL)
    assert {frozenset(rows) for rows in PERSONAL.values()} == {frozenset(PEOPLE)}


@pytest.mark.django_db
@pytest.mark.parametrize("command", PERSONAL)
def test_a_command_in_somebodys_name_answers_as_the_table_says(command, tmp_path):
    """A foreign patient is as if missing here too, and a refusal is in the trail."""
    world = world_of()
    found, unsaid = {}, []
    for column in PEOPLE:
        mark = transaction.savepoint()
        try:
            call_command(command, *ARGUMENTS[command](world, column, tmp_path), stdout=StringIO())
            found[column] = "done"
        except CommandError as error:
            found[column] = str(error)
            left = AuditEvent.objects.filter(
                actor_id=world.people[column].pk, outcome="refused", channel="command"
            )
            if left.count() != 1:
                unsaid.append(column)
        transaction.set_rollback(False)
        transaction.savepoint_rollback(mark)

    assert (found, unsaid) == (PERSONAL[command], [])
