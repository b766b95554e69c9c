from accounts.models.audit import AuditEvent
from accounts.models.people import CareTeam, Membership, Organisation, Role, User
from accounts.models.submissions import Submission
from accounts.models.tokens import EVERYDAY, ApiToken, Scope

__all__ = [
    "EVERYDAY",
    "ApiToken",
    "AuditEvent",
    "CareTeam",
    "Membership",
    "Organisation",
    "Role",
    "Scope",
    "Submission",
    "User",
]
