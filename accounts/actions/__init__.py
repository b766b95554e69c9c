"""What people ask for about people. Every function is atomic and leaves its audit event."""

from accounts.actions.passwords import change_password, end_other_sessions, reset_password
from accounts.actions.people import (
    NewPerson,
    change_user,
    create_organisation,
    create_user,
    prefer_units,
    rename_organisation,
    set_language,
    set_roles,
)
from accounts.actions.teams import (
    add_to_team,
    change_membership,
    create_team,
    end_membership,
    rename_team,
)
from accounts.actions.tokens import IssuedToken, issue_token, revoke_token

__all__ = [
    "IssuedToken",
    "NewPerson",
    "add_to_team",
    "change_membership",
    "change_password",
    "change_user",
    "create_organisation",
    "create_team",
    "create_user",
    "end_membership",
    "end_other_sessions",
    "issue_token",
    "prefer_units",
    "rename_organisation",
    "rename_team",
    "reset_password",
    "revoke_token",
    "set_language",
    "set_roles",
]
