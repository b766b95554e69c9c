"""``manage.py create_organisation``: a tenant and its first administrator."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.db import transaction

from accounts.actions import NewPerson, create_organisation, create_user
from accounts.models import Role
from accounts.request_facts import facts, of_command
from medportal.database.commands import PlainCommand


class Command(PlainCommand):
    help = "Create an organisation and its administrator; asks for what is not given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", help="name of the hospital or practice")
        parser.add_argument("--administrator", help="user name of its first administrator")
        parser.add_argument("--display-name", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"] or input("Name of the organisation: ")
        username = options["administrator"] or input("User name of its administrator: ")
        with facts(of_command("create_organisation")), transaction.atomic():
            organisation = create_organisation(actor=None, name=name)
            person = NewPerson(
                username=username,
                organisation=organisation,
                display_name=options["display_name"],
                roles=(Role.ADMINISTRATOR,),
            )
            user, password = create_user(actor=None, person=person)
        self.stdout.write(f"{organisation} is there. {user.username} signs in with")
        self.stdout.write(f"    {password}")
        self.stdout.write("and then chooses a password of their own.")
