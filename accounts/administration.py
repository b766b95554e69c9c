"""Who may change people: an administrator, inside their own organisation, and nobody by rank."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Role, User
from accounts.rights import demand, holders, refuse
from medportal.common.errors import DomainError

ALONE = (Role.SERVICE_CLIENT,)
APART = ({Role.ADMINISTRATOR, Role.PRIVACY_OFFICER},)


def demand_in_house(actor: User | None, act: str, organisation_id: UUID | None) -> None:
    """Whoever may do it, and in their own organisation alone.

    Without an actor it is the operator at the command line, who owns the database anyway.
    """
    if actor is None:
        return
    demand(actor, act)
    if actor.organisation_id != organisation_id:
        refuse(act)


def check_roles(roles: list[str]) -> list[str]:
    """``roles`` in their usual order; refuses unknown ones and those that one may not join."""
    wanted = set(roles)
    if not wanted <= set(Role.values):
        raise DomainError("role_unknown", _("There is no such role."))
    if len(wanted) > 1 and wanted & set(ALONE):
        raise DomainError("role_alone", _("A service client has no other role."))
    if any(pair <= wanted for pair in APART):
        raise DomainError(
            "roles_apart",
            _("Whoever administers the accounts does not watch over the audit trail as well."),
        )
    return [role for role in Role.values if role in wanted]


def demand_another_administrator(user: User) -> None:
    """An organisation never loses its last administrator, neither by mistake nor by design."""
    others = User.objects.filter(holders("user.change"), organisation=user.organisation)
    if not others.exclude(pk=user.pk).exists():
        raise DomainError(
            "last_administrator", _("The organisation needs another administrator first.")
        )


def demand_sound(membership: Membership) -> None:
    """A membership ends after it starts, and nobody is in one team twice at a time."""
    starts_at, ends_at = membership.starts_at, membership.ends_at
    if ends_at is not None and ends_at <= starts_at:
        raise DomainError("membership_dates", _("A membership ends after it starts."))
    others = Membership.objects.filter(team=membership.team, user=membership.user)
    overlapping = others.filter(Q(ends_at=None) | Q(ends_at__gt=starts_at))
    if ends_at is not None:
        overlapping = overlapping.filter(starts_at__lt=ends_at)
    if overlapping.exclude(pk=membership.pk).exists():
        raise DomainError("already_member", _("This person is in the team at that time already."))


@contextmanager
def once_alone(code: str, message: str | Promise) -> Iterator[None]:
    """Two people may do the same at once, and both find the name free: the second is told."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if not isinstance(error.__cause__, psycopg.errors.UniqueViolation):
            raise
        raise DomainError(code, message, status=409) from error
