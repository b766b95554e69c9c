"""A session ends by itself, and a page that asks by itself does not keep it alive."""

import pytest
from django.conf import settings

from medportal.common.web import middleware
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
IDLE = settings.SESSION_IDLE_SECONDS


@pytest.fixture
def clock(monkeypatch):
    """Moves the middleware's time by so many seconds."""
    began = middleware.time.time()
    moved = [0.0]

    class Clock:
        @staticmethod
        def time() -> float:
            return began + moved[0]

    monkeypatch.setattr(middleware, "time", Clock)

    def move(seconds: float) -> None:
        moved[0] += seconds

    return move


def is_signed_in(client, **headers) -> bool:
    client.get("/livez", **headers)
    return "_auth_user_id" in client.session


def test_idle(client_for, clock):
    client = client_for(UserFactory())
    assert is_signed_in(client)
    clock(IDLE - 60)
    assert is_signed_in(client)
    clock(IDLE - 60)
    assert is_signed_in(client)
    clock(IDLE + 60)
    assert not is_signed_in(client)


def test_polling_is_no_act_of_a_person(client_for, clock):
    client = client_for(UserFactory())
    assert is_signed_in(client)
    clock(IDLE - 60)
    assert is_signed_in(client, HTTP_X_MEDPORTAL_POLL="1")
    clock(120)
    assert not is_signed_in(client, HTTP_X_MEDPORTAL_POLL="1")


def test_an_open_page_learns_how_long_it_has_without_lengthening_it(client_for, clock):
    client = client_for(UserFactory())
    assert is_signed_in(client)

    def ask():
        return client.get("/session/", HTTP_X_MEDPORTAL_POLL="1").json()

    for passed in (0, IDLE - 60, 40):  # a minute before the end the page warns
        clock(passed)
        last = ask()
    assert last["seconds"] == 20
    clock(30)
    assert (ask()["user"], ask()["seconds"]) == ("", 0)


def test_near_the_end_of_the_working_day_that_end_counts(client_for, clock):
    client = client_for(UserFactory())
    assert is_signed_in(client)
    for _ in range(settings.SESSION_ABSOLUTE_SECONDS // (IDLE // 2) - 1):
        clock(IDLE // 2)
        assert is_signed_in(client)
    clock(IDLE // 2 - 120)
    assert client.post("/session/").json()["seconds"] == 120


def test_after_a_working_day_it_ends_however_busy(client_for, clock):
    client = client_for(UserFactory())
    for _ in range(settings.SESSION_ABSOLUTE_SECONDS // (IDLE // 2)):
        assert is_signed_in(client)
        clock(IDLE // 2)
    clock(60)
    assert not is_signed_in(client)
