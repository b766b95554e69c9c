"""One table says what each role may do; pages, actions, buttons and gates all ask that table."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser

import accounts.actions as people
from accounts import acts
from accounts.login.adapter import FIRST_PAGES
from accounts.models import Membership, Role, User
from accounts.permissions import requires
from accounts.rights import RIGHTS, grants, may, offered
from accounts.templatetags import rights as tag
from diagnosis.inference import actions as inference
from diagnosis.portal.frame.context import NAVIGATION
from diagnosis.records import actions as records
from diagnosis.records.incoming import import_patient
from diagnosis.registry import actions as registry
from diagnosis.registry import habits, quota_actions
from diagnosis.registry.versions import ward_cases
from medportal.common.errors import DomainError
from medportal.settings.base import ROOT
from tests import factories
from tests.contracts.routes import routes
from tests.contracts.test_routes import MATRIX

FOLDERS = ("accounts", "diagnosis", "medportal")
CODE = [
    path
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
]
TABLE = "accounts/rights.py"
NAMES_ROLES = {
    TABLE: "the table",
    "accounts/administration.py": "which roles one person may have together",
    "accounts/admin/tokens.py": "the form lists the programs of the house",
    "accounts/management/commands/create_organisation.py": "makes the first administrator",
    "medportal/demo/loading/people.py": "gives the demonstration its people",
    "medportal/demo/loading/hospital/people.py": "gives the demonstration its people",
}
"""Every module that names a role. A new one asks the table for an act instead."""
LOOKS = re.compile(r"(?<!database)\.roles\b|__roles\b|roles__|\bhas_role\b")
LOOKS_INTO_ROLES = {
    TABLE: "the table",
    "accounts/models/people.py": "a session is bound to them",
    "accounts/actions/people.py": "gives them",
    "accounts/actions/tokens.py": "only a program's token is the administrator's to issue",
    "accounts/admin/people.py": "shows and gives them",
    "accounts/views.py": "tells a person their own",
    "diagnosis/portal/frame/context.py": "tells a person their own",
    "diagnosis/inference/lists/usage.py": "tells programs from people",
}
NOT_IN_THE_TRAIL = {
    "patient.assign": "in the trail it is team.change, as when an administrator changes a team",
    "leaver.hand-over": "in the trail it is prediction.hand-over, as when a clinician does it",
    "service.read": "a sheet holds nothing of a patient",
    "status.read": "the status page holds nothing of a patient",
    "outage.read": "a sentence on every page",
    "administration.enter": "the acts inside leave their own",
}
ASKERS = {
    "may",
    "demand",
    "offered",
    "requires",
    "holders",
    "grants",
    "writable",
    "demand_in_house",
}
IN_TEMPLATES = re.compile(r'\w\|may:"([^"]+)"')
ROLES_OF = {
    "doctor": Role.CLINICIAN,
    "nurse": Role.NURSE,
    "system": Role.SERVICE_CLIENT,
    "scientist": Role.DATA_SCIENTIST,
    "reviewer": Role.REVIEWER,
    "officer": Role.PRIVACY_OFFICER,
    "administrator": Role.ADMINISTRATOR,
}
"""Columns of the access matrix."""
FORBIDDEN, MISSING, NO_SUCH_METHOD = 403, 404, 405


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def asked(path: Path) -> Iterator[tuple[str, str]]:
    """(asker, act) for every act that a module asks for by its name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            asker = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if asker in ASKERS:
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and "." in str(argument.value):
                        yield asker, argument.value


def in_code() -> set[str]:
    found = {act for path in CODE if name(path) != TABLE for _asker, act in asked(path)}
    read = {"usage.read", "usage.export"}  # ``read_usage`` demands the act that it is given
    return found | {item.act for item in NAVIGATION} | {act for act, _route in FIRST_PAGES} | read


def in_templates() -> set[str]:
    pages = (ROOT / "templates").rglob("*.html")
    return {act for page in pages for act in IN_TEMPLATES.findall(page.read_text())}


def guarded() -> dict[str, str]:
    """Route → act, of every page behind the decorator."""
    acts_of = {route.name: getattr(route.view, "required_act", None) for route in routes()}
    return {route: act for route, act in acts_of.items() if act}


def test_no_role_is_named_outside_the_table():
    named = {
        name(path)
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and getattr(node.value, "id", getattr(node.value, "attr", "")) == "Role"
        and node.attr in Role.__members__
    }
    assert named == set(NAMES_ROLES)


def test_nobody_looks_into_the_roles_of_a_person():
    looks = {name(path) for path in CODE if LOOKS.search(path.read_text())}
    in_pages = {p for p in (ROOT / "templates").rglob("*.html") if LOOKS.search(p.read_text())}
    assert (looks, in_pages) == (set(LOOKS_INTO_ROLES), set())


def test_what_is_hidden_from_nurses_is_asked_in_one_place():
    asks = {name(path) for path in CODE if "hidden_from_nurses" in path.read_text()}
    of_a_sheet = {path for path in asks if path.startswith("diagnosis/registry/sheet/")}
    shows_it = {"diagnosis/registry/admin.py"}
    assert asks - of_a_sheet - shows_it == {"diagnosis/registry/models/services.py"}
    text = (ROOT / "diagnosis/registry/models/services.py").read_text()
    assert text.count("hidden_from_nurses") == 2  # the column, and the one condition
    assert {name(path) for path in CODE if "is_only_nurse(" in path.read_text()} == {
        TABLE,
        "diagnosis/registry/models/services.py",
    }


def test_every_act_of_the_table_is_asked_and_every_act_asked_is_in_the_table():
    assert in_code() | in_templates() == set(RIGHTS)


def test_the_table_calls_an_act_what_the_trail_calls_it():
    assert set(RIGHTS) - set(acts.LABELS) == set(NOT_IN_THE_TRAIL)


def test_a_page_asks_for_the_act_that_its_refusal_is_recorded_as():
    told = {
        route: (act, acts.ROUTES[route]) for route, act in guarded().items() if route in acts.ROUTES
    }
    other = {route: pair for route, pair in told.items() if pair[0] != pair[1]}
    assert len(told) > 40
    assert other == {"portal:leaver": ("leaver.hand-over", "prediction.hand-over")}


def test_the_access_matrix_says_of_each_page_what_the_table_says():
    wrong = {}
    for route, act in guarded().items():
        for method in ("GET", "POST"):
            answers = MATRIX[route, method]
            if answers["doctor"] == NO_SUCH_METHOD:
                continue
            for column, role in ROLES_OF.items():
                offers = grants([role], act) and column != "system"
                refused = answers[column] in (FORBIDDEN, MISSING)
                is_as_told = answers[column] != FORBIDDEN if offers else refused
                if not is_as_told:
                    wrong[route, method, column] = answers[column]
    assert wrong == {}


@pytest.mark.parametrize("role", Role.values)
def test_the_button_is_there_for_whom_the_act_is(role):
    person = User(roles=[role])
    gone = User(roles=[role], is_active=False)
    for act, right in RIGHTS.items():
        assert may(person, act) is (role in right.roles)
        assert tag.may(person, act) is offered(person, act)
        assert offered(person, act) is (may(person, act) and role != Role.SERVICE_CLIENT)
        assert not may(gone, act)


def test_nobody_who_is_not_logged_in_may_do_anything():
    assert not any(may(asker, act) for asker in (AnonymousUser(), None, "") for act in RIGHTS)


def test_an_act_that_is_not_in_the_table_is_a_mistake_and_no_open_door():
    with pytest.raises(ValueError, match="no act"):
        requires("prediction.request-it")
    with pytest.raises(KeyError):
        may(User(roles=list(Role.values)), "prediction.request-it")


def test_of_two_roles_each_gives_its_own():
    both = User(roles=[Role.NURSE, Role.REVIEWER])
    assert may(both, "version.approve")
    assert may(both, "observation.record")
    assert not may(both, "prediction.request")


@pytest.mark.django_db
def test_an_action_asks_for_the_role_before_anything_else():
    """What no page of its own guards: with no arguments at all, whoever may not is told so."""
    house = factories.OrganisationFactory()
    other = factories.person_at(house, Role.CLINICIAN)
    team = factories.team_of(other)
    member = Membership.objects.get(user=other, team=team)
    service = factories.ServiceFactory(organisation=house)
    token = factories.ApiTokenFactory(user=other)
    without = {
        "service.define": lambda by: registry.define_service(actor=by, sheet={}, schema={}),
        "prediction.explain": lambda by: inference.request_explanation(
            actor=by, prediction=None, estimate=""
        ),
        "version.import": lambda by: registry.import_version(actor=by, service=None, source=None),
        "version.retire": lambda by: registry.retire_version(actor=by, version=None),
        "ward.define": lambda by: ward_cases.define_ward(actor=by, service=None, cases=[]),
        "patient.create": lambda by: records.create_patient(actor=by, team=None, entered=None),
        "patient.assign": lambda by: records.assign_team(actor=by, patient=None, team=None),
        "patient.import": lambda by: import_patient(actor=by, team=None, source="", incoming=None),
        "chart.change": lambda by: records.add_note(actor=by, patient=None, text=""),
        "observation.restore": lambda by: records.restore_observation(actor=by, observation=None),
        "quota.set": lambda by: quota_actions.set_quota(
            actor=by, quota=quota_actions.Quota(organisation=house)
        ),
        "service.change": lambda by: habits.set_habits(actor=by, service=service, habits=None),
        "organisation.change": lambda by: people.rename_organisation(
            actor=by, organisation=house, name=""
        ),
        "user.create": lambda by: people.create_user(
            actor=by, person=people.NewPerson("somebody", house)
        ),
        "user.change": lambda by: people.set_roles(actor=by, user=other, roles=[]),
        "password.reset": lambda by: people.reset_password(actor=by, user=other),
        "team.create": lambda by: people.create_team(actor=by, organisation=house, name=""),
        "team.change": lambda by: people.end_membership(actor=by, membership=member),
        "token.issue": lambda by: people.issue_token(actor=by, user=other, name="", scopes=[]),
        "token.revoke": lambda by: people.revoke_token(actor=by, token=token),
    }
    for act, step in without.items():
        for role in set(Role.values) - RIGHTS[act].roles:
            by = factories.person_at(house, role)
            with pytest.raises(DomainError) as refused:
                step(by)
            told = RIGHTS[act].refusal
            assert (refused.value.code, refused.value.status) == (told.code, FORBIDDEN), (act, role)
            assert str(refused.value.message) == str(told.message)
    pages = set(guarded().values())
    by_rest = {acts.ROUTES[r] for r in acts.ROUTES if r.startswith("api:")}
    admin = {"administration.enter"}  # tests/accounts/test_admin.py
    heard = {"outage.read"}  # tests/faults/test_degraded.py
    assert set(RIGHTS) - pages - by_rest - admin - heard - {"worklist.read"} == set(without)
