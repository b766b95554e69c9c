from accounts.models.audit import AuditEvent
from accounts.models.people import CHART_ROLES, CareTeam, Membership, Organisation, Role, User
from accounts.models.tokens import ApiToken

__all__ = [
    "CHART_ROLES",
    "ApiToken",
    "AuditEvent",
    "CareTeam",
    "Membership",
    "Organisation",
    "Role",
    "User",
]
