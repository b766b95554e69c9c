"""What each role may do: one table from act to roles, and the only place that asks it.

An act has the name that it has in the audit trail. A row says who may do it at all; to which
patient, in which house, and with whose eyes beside, the gate and the actions decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from medportal.common.errors import DomainError

DOCTOR, NURSE, PROGRAM = Role.CLINICIAN, Role.NURSE, Role.SERVICE_CLIENT
SCIENTIST, REVIEWER = Role.DATA_SCIENTIST, Role.REVIEWER
OFFICER, ADMINISTRATOR = Role.PRIVACY_OFFICER, Role.ADMINISTRATOR
FORBIDDEN = 403


@dataclass(frozen=True)
class Refusal:
    """What whoever may not is told."""

    code: str
    message: str | Promise


ROLE_MISSING = Refusal("role_missing", _("Your role does not allow this."))


@dataclass(frozen=True)
class Right:
    """A row of the table."""

    roles: frozenset[str]
    refusal: Refusal = ROLE_MISSING


def _right(*roles: str) -> Right:
    return Right(frozenset(roles))


WRITING = Refusal("not_permitted", _("Only nurses and clinicians write into a chart."))
WRITES = Right(frozenset({DOCTOR, NURSE, PROGRAM}), WRITING)
EXPORTING = Refusal("role_missing", _("Only clinicians export a chart."))
ADMINISTERING = Refusal("not_allowed", _("Only an administrator of the organisation may do that."))
ADMINISTERS = Right(frozenset({ADMINISTRATOR}), ADMINISTERING)

RIGHTS: Mapping[str, Right] = {
    # the chart
    "worklist.read": _right(DOCTOR, NURSE),
    "patient.read": _right(DOCTOR, NURSE, PROGRAM),  # the gate asks it for every chart
    "patient.search": _right(DOCTOR, NURSE, PROGRAM),
    "note.search": _right(DOCTOR, NURSE, PROGRAM),
    "observation.read": _right(DOCTOR, NURSE, PROGRAM),
    "chart.print": _right(DOCTOR, NURSE),
    "chart.export": Right(frozenset({DOCTOR, PROGRAM}), EXPORTING),
    "patient.create": WRITES,
    "patient.assign": WRITES,
    "patient.import": WRITES,
    "chart.change": WRITES,
    "observation.record": WRITES,
    "observation.correct": WRITES,
    "observation.restore": WRITES,
    "import.request": WRITES,
    "import.read": _right(DOCTOR, NURSE, PROGRAM),
    # predictions
    "prediction.request": _right(DOCTOR, PROGRAM),
    "prediction.cancel": _right(DOCTOR, PROGRAM),
    "prediction.again": _right(DOCTOR),
    "prediction.read": _right(DOCTOR, NURSE, PROGRAM),
    "prediction.explain": _right(DOCTOR, NURSE, PROGRAM),
    "prediction.compare": _right(DOCTOR, NURSE),
    "prediction.reach": _right(DOCTOR, NURSE),
    "prediction.alike": _right(DOCTOR, NURSE),
    "prediction.sureness": _right(DOCTOR, NURSE),
    "prediction.try": _right(DOCTOR),
    "prediction.copy": _right(DOCTOR, NURSE),
    "prediction.print": _right(DOCTOR, NURSE),
    "prediction.sheet": _right(DOCTOR),
    "prediction.dismiss": _right(DOCTOR),
    "prediction.hand-over": _right(DOCTOR),
    "prediction.wrong-patient": _right(DOCTOR),
    "prediction.wrong-patient-undo": _right(DOCTOR),
    "decision.record": _right(DOCTOR),
    "estimate.give": _right(DOCTOR),
    "estimates.read": _right(DOCTOR),
    "outcome.record": _right(DOCTOR, NURSE, PROGRAM),
    "trend.read": _right(DOCTOR, NURSE, PROGRAM),
    "trend.print": _right(DOCTOR, NURSE),
    "cohort.read": _right(DOCTOR, NURSE, PROGRAM),
    "cohort.print": _right(DOCTOR, NURSE),
    # services, and the versions that answer them
    "service.read": _right(DOCTOR, NURSE, SCIENTIST, REVIEWER, ADMINISTRATOR),
    "ward.read": _right(DOCTOR),
    "ward.begin": _right(DOCTOR),
    "ward.answer": _right(DOCTOR),
    "ward.certificate": _right(DOCTOR),
    "service.define": _right(SCIENTIST),
    "ward.define": _right(SCIENTIST),
    "version.import": _right(SCIENTIST),
    "version.submit": _right(SCIENTIST),
    "version.explain": _right(SCIENTIST, REVIEWER),
    "version.answer": _right(REVIEWER),
    "version.approve": _right(REVIEWER),
    "version.reject": _right(REVIEWER),
    "version.publish": _right(REVIEWER),
    "version.resume": _right(REVIEWER),
    "version.retire": _right(REVIEWER),
    "version.stop": _right(REVIEWER, ADMINISTRATOR),
    # the house
    "audit.search": _right(OFFICER),
    "usage.read": _right(ADMINISTRATOR),
    "usage.export": _right(ADMINISTRATOR),
    "status.read": _right(ADMINISTRATOR),
    "outage.read": _right(DOCTOR, NURSE, ADMINISTRATOR),  # who waits for scores, or is asked
    "administration.enter": _right(ADMINISTRATOR),
    "leaver.hand-over": ADMINISTERS,
    "service.change": ADMINISTERS,
    "quota.set": ADMINISTERS,
    "organisation.change": ADMINISTERS,
    "user.create": ADMINISTERS,
    "user.change": ADMINISTERS,
    "password.reset": ADMINISTERS,
    "team.create": ADMINISTERS,
    "team.change": ADMINISTERS,
    "token.issue": ADMINISTERS,
    "token.revoke": ADMINISTERS,
}


def grants(roles: Iterable[str], act: str) -> bool:
    """Whether one of ``roles`` may do it."""
    return not RIGHTS[act].roles.isdisjoint(roles)


def may(user: object, act: str) -> TypeGuard[User]:
    """Whether this person or program may do it at all; nobody who is not logged in may."""
    right = RIGHTS[act]
    return isinstance(user, User) and user.is_active and not right.roles.isdisjoint(user.roles)


def demand(user: object, act: str) -> None:
    """Refuse whoever may not."""
    if not may(user, act):
        refuse(act)


def refuse(act: str) -> None:
    told = RIGHTS[act].refusal
    raise DomainError(told.code, told.message, status=FORBIDDEN)


def offered(user: object, act: str) -> bool:
    """Whether pages offer the act to this person: programs may do it, but have no pages."""
    return may(user, act) and not is_program(user.roles)


def holders(act: str, user: str = "") -> Q:
    """Whoever may do it, as a condition on users; ``user`` leads to them, as ``"owner__"``."""
    return Q(**{f"{user}is_active": True, f"{user}roles__overlap": sorted(RIGHTS[act].roles)})


def is_program(roles: Iterable[str]) -> bool:
    return PROGRAM in roles


def is_only_nurse(user: object) -> bool:
    """A nurse who is no clinician: spared the services that say so, mortality among them."""
    return isinstance(user, User) and NURSE in user.roles and DOCTOR not in user.roles
