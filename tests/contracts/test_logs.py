"""Logs tell an operator what broke and nobody who was ill."""

import json
import logging
import sys

import pytest
import structlog
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from medportal.common.logs import SafeFormatter
from tests.factories import OrganisationFactory, administrator_at
from tests.pages import drawn

NAME = "Wang Xiaoming"


def line_of(logger: str, message: object, *args: object, error: BaseException | None = None):
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(logger, logging.ERROR, __file__, 1, message, args, info)
    return json.loads(SafeFormatter().format(record))


def refused_row() -> DatabaseError:
    with connection.cursor() as cursor:
        insert = (
            "INSERT INTO accounts_organisation (id, name, is_demonstration, created_at, "
            "preferred_units) VALUES (gen_random_uuid(), %s, false, now(), '{}')"
        )
        cursor.execute(insert, [NAME])
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            cursor.execute(insert, [NAME])
    assert NAME in str(refused.value)
    return refused.value


@pytest.mark.django_db
def test_a_database_error_is_its_class_state_and_constraint():
    line = line_of("django.request", "Internal Server Error: %s", "/", error=refused_row())
    assert line["exception"] == "django.db.utils.IntegrityError"
    assert line["sqlstate"] == "23505"
    assert line["constraint"] == "accounts_organisation_name_key"
    assert any("test_logs.py" in frame for frame in line["stack"])
    assert NAME not in json.dumps(line)


@pytest.mark.django_db
def test_an_error_as_an_argument_is_its_class():
    error = refused_row()
    words = "Task %(name)s raised: %(exc)s"
    line = line_of("celery.app.trace", words, {"name": "run", "exc": str(error)})
    assert line["event"] == "Task … raised: …"
    assert NAME not in json.dumps(line_of("anything", "failed: %s after %d", error, 3))


def test_numbers_of_a_library_stay():
    assert (
        line_of("kombu", "retry %d of %s in %.1f s", 2, NAME, 0.5)["event"]
        == "retry 2 of … in 0.5 s"
    )


def test_only_listed_keys_are_written(capsys):
    log = structlog.get_logger("medportal.test")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SafeFormatter())
    logging.getLogger("medportal.test").addHandler(handler)
    log.warning("prediction_failed", prediction="5f", code="timeout", name=NAME, inputs={"age": 51})
    logging.getLogger("medportal.test").removeHandler(handler)
    line = json.loads(capsys.readouterr().err.splitlines()[0])
    assert line["event"] == "prediction_failed"
    assert (line["prediction"], line["code"]) == ("5f", "timeout")
    assert not {"name", "inputs"} & line.keys()
    assert NAME not in json.dumps(line)


def fails(request: HttpRequest) -> HttpResponse:
    patient = {"name": NAME}
    raise ValueError(f"cannot read {patient['name']}")


def refuses(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=403)


urlpatterns = [path("api/v1/fails", fails), path("api/v1/refuses", refuses, name="refuses")]
handler500 = "medportal.common.web.http.server_error"
handler404 = "medportal.common.web.http.not_found"


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_an_error_in_a_view_shows_and_logs_nothing_of_the_patient(capsys):
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SafeFormatter())
    logging.getLogger("django.request").addHandler(handler)
    answer = Client(raise_request_exception=False).get("/api/v1/fails")
    logging.getLogger("django.request").removeHandler(handler)

    logged = capsys.readouterr().err
    assert answer.status_code == 500
    assert answer.json()["code"] == "server_error"
    assert "ValueError" in logged
    assert NAME not in logged + drawn(answer)


def logged_by(logger: str, ask, capsys) -> list[dict[str, object]]:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SafeFormatter())
    logging.getLogger(logger).addHandler(handler)
    try:
        ask()
    finally:
        logging.getLogger(logger).removeHandler(handler)
    return [json.loads(line) for line in capsys.readouterr().err.splitlines() if line[:1] == "{"]


def test_a_made_up_host_is_not_in_the_log(capsys):
    lines = logged_by(
        "django.security.DisallowedHost",
        lambda: Client(raise_request_exception=False).get("/", headers={"host": "wang-xiaoming.x"}),
        capsys,
    )
    assert [line["event"] for line in lines] == ["DisallowedHost"]
    assert "xiaoming" not in json.dumps(lines)


@pytest.mark.django_db
def test_a_look_up_that_an_address_makes_up_is_not_in_the_log(capsys):
    browser = Client(raise_request_exception=False)
    administrator = administrator_at(OrganisationFactory())
    browser.force_login(administrator, backend="django.contrib.auth.backends.ModelBackend")
    lines = logged_by(
        "django.security.DisallowedModelAdminLookup",
        lambda: browser.get("/admin/accounts/user/?password__startswith=WangXiaoming"),
        capsys,
    )
    assert [line["event"] for line in lines] == ["DisallowedModelAdminLookup"]
    assert not {"password__startswith", "WangXiaoming"} & set(json.dumps(lines).split())


def test_what_a_library_writes_into_its_words_stays_out():
    line = line_of("some.library", f"Cannot open {NAME!r} for reading")
    assert line["event"] == "Cannot open … for reading"
    error = ValueError(f"{NAME} is no number")
    assert line_of("some.library", str(error), error=error)["event"] == "ValueError"


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_line_of_the_web_says_which_of_our_addresses_and_how_it_ended(capsys):
    def ask():
        Client(raise_request_exception=False).get("/api/v1/refuses")

    lines = logged_by("django.request", ask, capsys)
    assert len(lines) == 1
    assert (lines[0]["route"], lines[0]["status"]) == ("refuses", 403)
    assert any(letter.isalpha() for letter in str(lines[0]["event"]))


@pytest.mark.parametrize("words", ["%s: %s", "%s", "%(a)s … %(b)s"])
def test_no_line_says_nothing(words):
    args = ({"a": NAME, "b": NAME},) if "(" in words else (NAME, NAME)[: words.count("%")]
    line = line_of("django.request", words, *args)
    assert any(letter.isalpha() for letter in line["event"])
    assert NAME not in json.dumps(line)
