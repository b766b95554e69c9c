from accounts.models.audit import AuditEvent
from accounts.models.people import CareTeam, Membership, Organisation, Role, User
from accounts.models.tokens import ApiToken

__all__ = ["ApiToken", "AuditEvent", "CareTeam", "Membership", "Organisation", "Role", "User"]
