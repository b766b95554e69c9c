"""People, care teams and tokens of one organisation, for its administrators."""

from accounts.admin import organisations, people, teams, tokens

__all__ = ["organisations", "people", "teams", "tokens"]
