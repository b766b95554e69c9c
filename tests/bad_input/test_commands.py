"""What is typed wrong at the command line: one line that says what to do, and exit status 2."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import BaseCommand, load_command_class

from medportal.database.commands import REFUSED, PlainCommand
from medportal.settings.base import ROOT
from tests.bad_input.doors import CLINICAL

APPS = ("accounts", "diagnosis", "medportal")
FILES = [path for app in APPS for path in (ROOT / app).rglob("management/commands/[a-z]*.py")]
OURS = sorted(path.stem for path in FILES)
DJANGOS_OWN = {"migrate"}

WRONG = [
    ("issue_token", [], "username"),
    ("issue_token", ["nobody"], "There is no such user."),
    ("issue_token", ["nobody", "--days", "soon"], "--days"),
    ("issue_token", ["{doctor}", "--days", "0"], "--days: 1 to 366."),
    ("issue_token", ["{doctor}", "--days", "99999999999999"], "--days: 1 to 366."),
    ("issue_token", ["{doctor}", "--scope", "everything"], "--scope"),
    ("issue_token", ["{doctor}", "--surname", "x"], "--surname"),
    ("issue_token", ["\udcff"], "UTF-8"),
    ("create_organisation", ["--name", " ", "--administrator", "first.admin"], "name"),
    ("create_organisation", ["--name", "x" * 999, "--administrator", "first.admin"], "name"),
    ("create_organisation", ["--name", "North", "--administrator", "no, spaces"], "username"),
    ("export_chart", ["nobody", "/nowhere/f", "--person", "x", "--purpose", "fun"], "--purpose"),
    ("export_chart", ["{patient}", "/nowhere/f", "--person", "{doctor}", "--purpose", "legal"],
     "Cannot write /nowhere/f"),
    ("export_chart", ["nobody", "/nowhere/f", "--person", "{doctor}", "--purpose", "legal"],
     "No such patient."),
    ("advance_demo", ["--days", "many"], "--days"),
    ("fill_demo", ["--patients", "0"], "at least one"),
    ("backup", ["/nowhere"], "key"),
]  # fmt: skip


def rows() -> dict[str, int]:
    models = [m for name in ("accounts", *CLINICAL) for m in apps.get_app_config(name).get_models()]
    counted = {m: getattr(m, "unscoped", None) or m._default_manager for m in models}
    return {m.__name__: c.count() for m, c in counted.items() if m.__name__ != "AuditEvent"}


def command(name: str) -> BaseCommand:
    (path,) = [path for path in FILES if path.stem == name]
    app = ".".join(path.relative_to(ROOT).parts[:-3])
    return load_command_class(app, name)


@pytest.mark.parametrize("name", [name for name in OURS if name not in DJANGOS_OWN])
def test_every_command_of_ours_refuses_in_one_way(name: str):
    assert isinstance(command(name), PlainCommand)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "words", "says"), WRONG)
def test_one_line_says_what_is_wrong(ward, monkeypatch, capsys, name, words, says):
    monkeypatch.setattr("django.core.management.base.connections.close_all", lambda: None)
    known = {"doctor": ward.doctor.username, "patient": ward.patient.pk}
    typed = [word.format(**known) for word in words]
    before = rows()

    with pytest.raises(SystemExit) as ended:
        command(name).run_from_argv(["manage.py", name, *typed])

    said = capsys.readouterr().err.splitlines()
    assert ended.value.code == REFUSED
    assert len(said) == 1, said
    assert says in said[0]
    assert rows() == before
