"""Logins, passwords, tokens, people, teams, organisations, and the trail itself."""

from __future__ import annotations

from importlib import import_module

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from tests.contracts.doors import Ward, door
from tests.factories import PASSWORD, nurse_at, person_at

NEW_PASSWORD = "marmalade otter quartz lantern"


def signing_in(name: str, password: str) -> None:
    answer = Client().post(reverse("account_login"), {"login": name, "password": password})
    assert answer.status_code < 500


@door("login", "page", by="doctor")
def _(ward: Ward):
    signing_in(ward.person("doctor").username, PASSWORD)


@door("login.failed", "page", by="doctor", outcome="refused")
def _(ward: Ward):
    signing_in(ward.person("doctor").username, "not the password")


@door("login.failed", "page", outcome="refused")
def of_nobody(_ward: Ward):
    signing_in("nobody.here", "not the password")


@door("logout", "page", by="doctor")
def _(ward: Ward):
    browser = ward.browser("doctor")
    yield
    browser.post(reverse("account_logout"))


@door("password.change", "page", by="doctor")
def _(ward: Ward):
    new = {"password": PASSWORD, "new_password": NEW_PASSWORD, "again": NEW_PASSWORD}
    ward.post("account_change_password", data=new)


@door("sessions.end", "page", by="doctor")
def _(ward: Ward):
    ward.post("accounts:sessions-end", data={"password": PASSWORD})


@door("password.reset", "admin", by="administrator")
def _(ward: Ward):
    ward.post("admin:accounts_user_reset_password", "administrator", user=ward.user.pk)


@door("token.issue", "page", by="doctor")
def _(ward: Ward):
    ward.post(
        "accounts:token-issue",
        data={"name": "notebook", "days": 30, "scopes": ["read"], "password": PASSWORD},
    )


@door("token.issue", "admin", by="administrator")
def _(ward: Ward):
    program = person_at(ward.house, Role.SERVICE_CLIENT)
    yield
    new = {"user": program.pk, "name": "laboratory", "scopes": ["read"]}
    ward.post("admin:accounts_apitoken_add", "administrator", data=new)


@door("token.issue", "command")
def _(ward: Ward):
    ward.command("issue_token", ward.person("doctor").username)


@door("token.revoke", "page", by="doctor")
def _(ward: Ward):
    ward.post("accounts:token-revoke", token=ward.token.pk)


@door("token.revoke", "admin", by="administrator")
def _(ward: Ward):
    chosen = {"action": "revoke", "_selected_action": ward.token.pk}
    ward.post("admin:accounts_apitoken_changelist", "administrator", data=chosen)


@door("token.refused", "REST", outcome="refused")
def _(_ward: Ward):
    Client().get("/api/v1/patients", headers={"Authorization": "Bearer mp_guess"})


@door("organisation.create", "command")
def _(ward: Ward):
    ward.command("create_organisation", name="St. Mary", administrator="mary.admin")


@door("user.create", "command")
def _(ward: Ward):
    ward.command("create_organisation", name="St. Mary", administrator="mary.admin")


@door("organisation.change", "admin", by="administrator")
def _(ward: Ward):
    ward.post(
        "admin:accounts_organisation_change",
        "administrator",
        data={"name": "St. Mary"},
        object_id=ward.house.pk,
    )


@door("user.create", "admin", by="administrator")
def _(ward: Ward):
    new = {"username": "new.nurse", "roles": ["nurse"], "language": "", "is_active": "on"}
    ward.post("admin:accounts_user_add", "administrator", data=new)


@door("user.change", "admin", by="administrator")
def _(ward: Ward):
    new = {"username": ward.user.username, "roles": [], "language": "", "is_active": "on"}
    ward.post("admin:accounts_user_change", "administrator", data=new, object_id=ward.user.pk)


def members(*rows: dict[str, object]) -> dict[str, object]:
    fields: dict[str, object] = {
        "memberships-TOTAL_FORMS": len(rows),
        "memberships-INITIAL_FORMS": 0,
    }
    for number, row in enumerate(rows):
        fields |= {f"memberships-{number}-{name}": value for name, value in row.items()}
    return fields


@door("team.create", "admin", by="administrator")
def _(ward: Ward):
    ward.post("admin:accounts_careteam_add", "administrator", data={"name": "Ward of the north"})


@door("team.change", "admin", by="administrator")
def renamed(ward: Ward):
    new = {"name": "Ward of the south", **members()}
    team = ward.accounts_careteam.pk
    ward.post("admin:accounts_careteam_change", "administrator", data=new, object_id=team)


@door("team.change", "admin", by="administrator")
def joined(ward: Ward):
    team, nurse = ward.accounts_careteam, nurse_at(ward.house)
    now = timezone.localtime()
    begins = {"starts_at_0": f"{now:%Y-%m-%d}", "starts_at_1": f"{now:%H:%M:%S}"}
    yield
    new = {"name": team.name, **members({"user": nurse.pk, **begins})}
    ward.post("admin:accounts_careteam_change", "administrator", data=new, object_id=team.pk)


@door("audit.search", "page", by="officer")
def everything(ward: Ward):
    ward.get("portal:audit", "officer")


@door("audit.search", "page", by="officer", about="patient")
def of_one_patient(ward: Ward):
    ward.post("portal:audit", "officer", data={"patient": ward.patient.pk})


@door("audit.export", "page", by="officer", about="patient")
def _(ward: Ward):
    ward.post("portal:audit", "officer", data={"patient": ward.patient.pk, "form": "csv"})


@door("request", "page", by="doctor", outcome="refused")
def _(ward: Ward):
    ward.get("portal:reviews")


@door("demo.advance", "action")
def _(ward: Ward):
    advance = import_module("medportal.demo.loading.advance").advance
    yield
    advance(ward.house, 1)
