"""``manage.py create_organisation``: a tenant and its first administrator."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.actions import NewPerson, create_organisation, create_user
from accounts.models import Role
from accounts.request_facts import Facts, facts
from medportal.common.errors import DomainError


class Command(BaseCommand):
    help = "Create an organisation and its administrator; asks for what is not given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", help="name of the hospital or practice")
        parser.add_argument("--administrator", help="user name of its first administrator")
        parser.add_argument("--display-name", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"] or input("Name of the organisation: ")
        username = options["administrator"] or input("User name of its administrator: ")
        try:
            with facts(Facts(channel="command")), transaction.atomic():
                organisation = create_organisation(actor=None, name=name)
                person = NewPerson(
                    username=username,
                    organisation=organisation,
                    display_name=options["display_name"],
                    roles=(Role.ADMINISTRATOR,),
                )
                user, password = create_user(actor=None, person=person)
        except DomainError as error:
            reasons = "".join(f" {p.pointer.strip('/')}: {p.message}" for p in error.pointers)
            raise CommandError(f"{error.message}{reasons}") from error
        self.stdout.write(f"{organisation} is there. {user.username} signs in with")
        self.stdout.write(f"    {password}")
        self.stdout.write("and then chooses a password of their own.")
