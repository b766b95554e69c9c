"""Safe by default: production starts with good secrets or not at all."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from medportal.configuration.addresses import ROOT

GOOD = {
    "SECRET_KEY": "k3Jx-9vQzT7mLpW2rYbN8sGfHdCuAeXo5iV1jK4tMnB6qRwZyS0",
    "IDENTIFIER_KEY": "Zt8-bQ1wErT5yUiOp3aSdFgH7jKlZxCvBnM2qWeRtY6uIoPasD9",
    "ALLOWED_HOSTS": "portal.hospital.example",
    "DATABASE_URL": "postgresql://medportal_app@database/medportal",
    "REDIS_URL": "rediss://broker:6379/0",
}


def production(*words: str, **changed: str) -> subprocess.CompletedProcess[str]:
    """``manage.py`` in an environment that holds nothing but what is given."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    given = {name: value for name, value in (GOOD | changed).items() if value}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=kept | given | {"MEDPORTAL_VAR": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_check_deploy_has_nothing_to_say():
    done = production("check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize("name", ["SECRET_KEY", "IDENTIFIER_KEY"])
@pytest.mark.parametrize("secret", ["", "short", "demo-" + "k3Jx9vQzT7" * 8, "a" * 80])
def test_production_refuses_a_bad_secret_in_one_line(name, secret):
    done = production("check", **{name: secret})
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert name in done.stderr
    assert secret not in done.stderr or not secret


def test_without_servers_one_line_says_what_to_do():
    done = production("migrate", DATABASE_URL="", REDIS_URL="")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "No servers: set DATABASE_URL and REDIS_URL, or start them with: make demo"
    ]


@pytest.mark.parametrize("role", ["web", "interactive", "batch", "upkeep", "beat"])
def test_what_runs_all_day_refuses_to_hold_the_owner_of_the_tables(role):
    owner = "postgresql://medportal_owner:secret@database/medportal"

    done = production("check", DATABASE_OWNER_URL=owner, MEDPORTAL_ROLE=role)

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "DATABASE_OWNER_URL" in done.stderr
    assert "secret" not in done.stderr
    assert production("check", DATABASE_OWNER_URL=owner).returncode == 0


def test_a_secret_may_come_from_a_file(tmp_path: Path):
    file = tmp_path / "secret"
    file.write_text(GOOD["SECRET_KEY"] + "\n")
    assert production("check", SECRET_KEY="", SECRET_KEY_FILE=str(file)).returncode == 0


def test_production_cookies_headers_and_debug():
    names = (
        "DEBUG", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS", "DEMONSTRATION",
    )  # fmt: skip
    code = (
        "import json; from django.conf import settings as s; "
        f"print(json.dumps([getattr(s, n) for n in {names}]))"
    )
    done = production("shell", "--no-imports", "-c", code)
    assert done.returncode == 0, done.stderr
    found = dict(zip(names, json.loads(done.stdout.splitlines()[-1]), strict=True))
    assert found.pop("SECURE_HSTS_SECONDS") >= 365 * 24 * 3600
    assert found == {
        "DEBUG": False,
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SECURE_SSL_REDIRECT": True,
        "DEMONSTRATION": False,
    }


def test_an_unknown_profile_is_refused():
    done = production("check", MEDPORTAL_PROFILE="debug")
    assert done.returncode == 1
    assert "MEDPORTAL_PROFILE" in done.stderr


def test_no_policy_is_loosened(settings):
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    allowed = {word for words in directives.values() for word in words}
    assert allowed == {"'self'", "'none'"}


ANSWERS = """
import json
from django.conf import settings
from django.test import Client
settings.STORAGES["staticfiles"]["BACKEND"] = (  # nothing was collected for this test
    "django.contrib.staticfiles.storage.StaticFilesStorage")
found = {}
for name, address in (("login", "/accounts/login/"), ("missing", "/nothing"), ("alive", "/livez")):
    answer = Client().get(address, secure=True, headers={"host": "portal.hospital.example"})
    found[name] = {"status": answer.status_code, "headers": dict(answer.items()),
                   "cookies": {k: v.OutputString() for k, v in answer.cookies.items()}}
plain = Client().get("/accounts/login/", headers={"host": "portal.hospital.example"})
found["plain"] = {"status": plain.status_code, "headers": dict(plain.items())}
other = Client(raise_request_exception=False).get("/livez", secure=True, headers={"host": "evil"})
found["other"] = {"status": other.status_code}
print(json.dumps(found))
"""


@pytest.fixture
def answers(django_db_setup, django_db_blocker, settings):
    """What the production profile answers, over the test's own servers."""
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
    address = os.environ["DATABASE_URL"].replace("/medportal?", f"/{name}?")
    done = production(
        "shell",
        "--no-imports",
        "-c",
        ANSWERS,
        DATABASE_URL=address,
        REDIS_URL=os.environ["REDIS_URL"],
        STATIC_ROOT=str(settings.VAR / "production-static"),
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_production_answers_over_tls_alone_and_says_so_for_years(answers):
    assert answers["plain"]["status"] == 301
    assert answers["plain"]["headers"]["Location"].startswith("https://portal.hospital.example/")
    for name in ("login", "missing", "alive"):
        policy = answers[name]["headers"]["Strict-Transport-Security"]
        assert "includeSubDomains" in policy, name
        assert int(policy.split("=")[1].split(";")[0]) >= 365 * 24 * 3600, name
    assert answers["other"]["status"] == 400


def test_production_cookies_belong_to_this_host_and_to_tls(answers):
    cookies = answers["login"]["cookies"]
    assert cookies
    for name, text in cookies.items():
        assert name.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(text.split("; "))
        assert "Domain" not in text
