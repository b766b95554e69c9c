"""The demonstration's organisation, its people, and the care teams in which they work."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.actions.people import NewPerson, create_organisation, create_user
from accounts.actions.teams import add_to_team, create_team
from accounts.models import CareTeam, Organisation, Role, User

ORGANISATION = "Riverside Demonstration Hospital"
TEAMS = ("Internal medicine A", "Internal medicine B", "Specialist clinics")

ACCOUNTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("doctor", "Dr M. Okafor", (Role.CLINICIAN,)),
    ("nurse", "S. Lindgren, RN", (Role.NURSE,)),
    ("scientist", "J. Ferreira", (Role.DATA_SCIENTIST,)),
    ("reviewer", "Dr L. Chen", (Role.REVIEWER,)),
    ("privacy", "R. Adler", (Role.PRIVACY_OFFICER,)),
    ("admin", "T. Nakamura", (Role.ADMINISTRATOR,)),
)
COLLEAGUES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("doctor2", "Dr P. Haddad", (Role.CLINICIAN,)),
    ("doctor3", "Dr E. Novak", (Role.CLINICIAN,)),
    ("autoapproval", "Automatic approval (demonstration)", (Role.REVIEWER,)),
)
WORKS_IN = {
    "doctor": (TEAMS[0], TEAMS[2]),
    "nurse": (TEAMS[0], TEAMS[2]),
    "doctor2": (TEAMS[1],),
    "doctor3": (TEAMS[0], TEAMS[2]),  # to whom the doctor can hand a result over
}


@dataclass(frozen=True)
class Cast:
    organisation: Organisation
    users: dict[str, User]
    teams: dict[str, CareTeam]

    def __getitem__(self, username: str) -> User:
        return self.users[username]


def make_cast(password: str) -> Cast:
    """Everybody who works here. The demonstration's accounts share one password and may keep it."""
    organisation = create_organisation(actor=None, name=ORGANISATION, is_demonstration=True)
    teams = {name: create_team(actor=None, organisation=organisation, name=name) for name in TEAMS}
    users = {}
    for username, display_name, roles in ACCOUNTS + COLLEAGUES:
        person = NewPerson(username, organisation, display_name, tuple(roles))
        users[username], _password = create_user(actor=None, person=person, password=password)
    for username, names in WORKS_IN.items():
        for name in names:
            add_to_team(actor=None, team=teams[name], user=users[username])
    return Cast(organisation, users, teams)
