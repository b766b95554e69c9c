"""``manage.py issue_token USERNAME``: prints an API token as its last word."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.actions import issue_token
from accounts.models import EVERYDAY, Scope, User
from accounts.request_facts import facts, of_command
from medportal.database.commands import PlainCommand, Refused

LONGEST_DAYS = 366


class Command(PlainCommand):
    help = "Issue an API token for a user and print it once, as the last word."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="command line")
        parser.add_argument("--days", type=int, default=90)
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            help=f"what it may do; may be given again; without it {', '.join(EVERYDAY)}",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise Refused("There is no such user.")
        if not 1 <= options["days"] <= LONGEST_DAYS:
            raise Refused(f"--days: 1 to {LONGEST_DAYS}.")
        ends = timezone.now() + timedelta(days=options["days"])
        with facts(of_command("issue_token")):
            issued = issue_token(
                actor=None,
                user=user,
                name=options["name"],
                expires_at=ends,
                scopes=options["scope"] or EVERYDAY,
            )
        self.stdout.write(f"Token of {user.username}, until {ends:%Y-%m-%d}: {issued.secret}")
