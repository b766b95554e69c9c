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

NAME = "Wang Xiaoming"


def line_of(logger: str, message: object, *args: object, error: BaseException | None = None):
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(logger, logging.ERROR, __file__, 1, message, args, info)
    return json.loads(SafeFormatter().format(record))


def refused_row() -> DatabaseError:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE person (name text CONSTRAINT one_name UNIQUE)")
        cursor.execute("INSERT INTO person VALUES (%s)", [NAME])
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            cursor.execute("INSERT INTO person VALUES (%s)", [NAME])
    assert NAME in str(refused.value)
    return refused.value


@pytest.mark.django_db
def test_a_database_error_is_its_class_state_and_constraint():
    line = line_of("django.request", "Internal Server Error: %s", "/", error=refused_row())
    assert line["exception"] == "django.db.utils.IntegrityError"
    assert line["sqlstate"] == "23505"
    assert line["constraint"] == "one_name"
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


urlpatterns = [path("api/v1/fails", fails)]
handler500 = "medportal.common.http.server_error"
handler404 = "medportal.common.http.not_found"


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
    assert NAME not in logged + answer.content.decode()
