"""Organisations and users."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.administration import (
    check_roles,
    demand_another_administrator,
    demand_in_house,
    once_alone,
)
from accounts.api_tokens.tokens import end_tokens
from accounts.login.passwords import one_time_password
from accounts.models import Organisation, User
from accounts.rights import grants, may
from medportal.common.errors import DomainError, Pointer
from medportal.common.preferred_units import CHOICES

NAME_TAKEN = _("Somebody else took this name in the meantime. Choose another one.")
CHANGEABLE = ("username", "display_name", "email", "language", "roles", "is_active")


@dataclass(frozen=True)
class NewPerson:
    username: str
    organisation: Organisation
    display_name: str = ""
    roles: tuple[str, ...] = ()
    language: str = ""
    email: str = ""


@transaction.atomic
def create_organisation(
    *, actor: User | None, name: str, is_demonstration: bool = False
) -> Organisation:
    """A new tenant. Only the operator makes one: organisations do not administer each other."""
    if actor is not None:
        raise DomainError("not_allowed", _("Only the operator adds organisations."), status=403)
    organisation = Organisation(name=name.strip(), is_demonstration=is_demonstration)
    _check(organisation)
    with once_alone("name_taken", NAME_TAKEN):
        organisation.save(force_insert=True)
    audit.record(
        actor=None,
        act="organisation.create",
        what=f"organisation:{organisation.pk}",
        organisation=organisation,
    )
    return organisation


@transaction.atomic
def rename_organisation(*, actor: User, organisation: Organisation, name: str) -> Organisation:
    demand_in_house(actor, "organisation.change", organisation.pk)
    organisation.name = name.strip()
    _check(organisation)
    with once_alone("name_taken", NAME_TAKEN):
        organisation.save(update_fields=["name"])
    audit.record(actor=actor, act="organisation.change", what=f"organisation:{organisation.pk}")
    return organisation


@transaction.atomic
def prefer_units(
    *, actor: User, organisation: Organisation, units: Mapping[str, str]
) -> Organisation:
    """In which unit each quantity is shown and asked first; what is not named goes by language."""
    demand_in_house(actor, "organisation.change", organisation.pk)
    for quantity, unit in units.items():
        if unit not in CHOICES.get(quantity, ()):
            message = _("%(quantity)s is not reported in this unit.") % {"quantity": quantity}
            found = [Pointer(f"/{quantity}", "unknown_unit", message)]
            raise DomainError("unknown_unit", message, pointers=found)
    organisation.preferred_units = dict(units)
    organisation.save(update_fields=["preferred_units"])
    audit.record(
        actor=actor,
        act="organisation.change",
        what=f"organisation:{organisation.pk}",
        detail={"preferred_units": dict(units)},
    )
    return organisation


@transaction.atomic
def create_user(
    *, actor: User | None, person: NewPerson, password: str | None = None
) -> tuple[User, str]:
    """A user and the password to hand over; it must be changed at the first login.

    With ``password`` (the demonstration's own) it may be kept.
    """
    demand_in_house(actor, "user.create", person.organisation.pk)
    handed_over = password or one_time_password()
    user = User(
        username=person.username.strip(),
        display_name=person.display_name.strip(),
        organisation=person.organisation,
        roles=check_roles(list(person.roles)),
        language=person.language,
        email=person.email,
        must_change_password=password is None,
    )
    user.is_staff = grants(user.roles, "administration.enter")
    user.set_password(handed_over)
    _check(user)
    with once_alone("name_taken", NAME_TAKEN):
        user.save(force_insert=True)
    audit.record(
        actor=actor,
        act="user.create",
        what=f"user:{user.pk}",
        detail={"username": user.username, "roles": user.roles},
        organisation=person.organisation,
    )
    return user, handed_over


@transaction.atomic
def change_user(*, actor: User | None, user: User, changed: Iterable[str]) -> User:
    """Store the fields of ``user`` named in ``changed``.

    Another role ends every session and token of the person; an inactive user is out at once.
    """
    fields = [name for name in CHANGEABLE if name in set(changed)]
    before = User.objects.select_for_update().get(pk=user.pk)
    asking = before if actor == before else actor  # not the person whom the change would make
    demand_in_house(asking, "user.change", before.organisation_id)
    if before.organisation_id != user.organisation_id:
        raise DomainError("organisation_fixed", _("People do not change organisations."))
    user.roles = check_roles(list(user.roles))
    user.is_staff = grants(user.roles, "administration.enter")
    if may(before, "user.change") and not may(user, "user.change"):
        demand_another_administrator(user)
    _check(user)
    with once_alone("name_taken", NAME_TAKEN):
        user.save(update_fields=[*fields, "is_staff"])
    ends = before.roles != user.roles or not user.is_active  # sessions end by their hash
    detail: dict[str, Any] = {"username": user.username, "fields": fields, **_roles(before, user)}
    if actor == before:
        detail["of_themselves"] = True
    audit.record(
        actor=actor,
        act="user.change",
        what=f"user:{user.pk}",
        detail={**detail, **({"tokens_revoked": end_tokens(user)} if ends else {})},
        organisation=user.organisation,
    )
    return user


def _roles(before: AbstractUser, after: User) -> dict[str, list[str]]:
    if not isinstance(before, User) or before.roles == after.roles:
        return {}
    return {"roles_before": before.roles, "roles": after.roles}


def set_roles(*, actor: User | None, user: User, roles: Iterable[str]) -> User:
    user.roles = list(roles)
    return change_user(actor=actor, user=user, changed=["roles"])


@transaction.atomic
def set_language(*, actor: User, language: str) -> User:
    """A person's own choice; no event, since it says nothing about a patient or a right."""
    actor.language = language
    actor.save(update_fields=["language"])
    return actor


def _check(row: Organisation | User) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        pointers = [
            Pointer(f"/{name}", first.code or "invalid", first.messages[0])
            for name, found in error.error_dict.items()
            for first in found[:1]
        ]
        raise DomainError(
            "invalid", _("Some of the fields are not filled in well."), pointers=pointers
        ) from error
