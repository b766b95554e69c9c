"""Care teams and who works in them, from when to when."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.administration import demand_in_house, demand_sound, once_alone
from accounts.models import CareTeam, Membership, Organisation, User
from medportal.common.errors import DomainError

NAME_TAKEN = _("A care team needs a name of its own.")


@transaction.atomic
def create_team(*, actor: User | None, organisation: Organisation, name: str) -> CareTeam:
    demand_in_house(actor, "team.create", organisation.pk)
    _demand_free_name(organisation, name)
    with once_alone("team_name", NAME_TAKEN):
        team = CareTeam.objects.create(organisation=organisation, name=name.strip())
    audit.record(actor=actor, act="team.create", what=f"team:{team.pk}", organisation=organisation)
    return team


@transaction.atomic
def rename_team(*, actor: User | None, team: CareTeam, name: str) -> CareTeam:
    demand_in_house(actor, "team.change", team.organisation_id)
    _demand_free_name(team.organisation, name, but=team)
    team.name = name.strip()
    with once_alone("team_name", NAME_TAKEN):
        team.save(update_fields=["name"])
    audit.record(
        actor=actor, act="team.change", what=f"team:{team.pk}", organisation=team.organisation
    )
    return team


@transaction.atomic
def add_to_team(
    *,
    actor: User | None,
    team: CareTeam,
    user: User,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Membership:
    """``user`` works in ``team`` and sees its patients, from ``starts_at`` (now) on."""
    demand_in_house(actor, "team.change", team.organisation_id)
    if user.organisation_id != team.organisation_id:
        raise DomainError("other_organisation", _("This person works for another organisation."))
    CareTeam.objects.select_for_update().get(pk=team.pk)  # the same person twice at once
    membership = Membership(
        team=team, user=user, starts_at=starts_at or timezone.now(), ends_at=ends_at
    )
    demand_sound(membership)
    membership.save(force_insert=True)
    _record(actor, membership, "joined")
    return membership


@transaction.atomic
def change_membership(*, actor: User | None, membership: Membership) -> Membership:
    """Store new dates of a membership; its person and team stay."""
    demand_in_house(actor, "team.change", membership.team.organisation_id)
    demand_sound(membership)
    membership.save(update_fields=["starts_at", "ends_at"])
    _record(actor, membership, "dates")
    return membership


@transaction.atomic
def end_membership(*, actor: User | None, membership: Membership) -> Membership:
    """The person leaves the team now, and with their next click sees its patients no more."""
    demand_in_house(actor, "team.change", membership.team.organisation_id)
    membership.ends_at = timezone.now()
    demand_sound(membership)
    membership.save(update_fields=["ends_at"])
    _record(actor, membership, "left")
    return membership


def _demand_free_name(organisation: Organisation, name: str, but: CareTeam | None = None) -> None:
    taken = CareTeam.objects.filter(organisation=organisation, name=name.strip())
    if but is not None:
        taken = taken.exclude(pk=but.pk)
    if not name.strip() or taken.exists():
        raise DomainError("team_name", NAME_TAKEN)


def _record(actor: User | None, membership: Membership, change: str) -> None:
    ends_at = membership.ends_at
    audit.record(
        actor=actor,
        act="team.change",
        what=f"team:{membership.team_id}",
        detail={
            "change": change,
            "username": membership.user.username,
            **({"of_themselves": True} if actor == membership.user else {}),
            "from": membership.starts_at.isoformat(),
            "until": ends_at.isoformat() if ends_at else None,
        },
        organisation=membership.team.organisation,
    )
