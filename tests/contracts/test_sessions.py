"""A session ends by itself, and a page that asks by itself does not keep it alive."""

import pytest
from django.conf import settings

from medportal.common import middleware
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


def test_after_a_working_day_it_ends_however_busy(client_for, clock):
    client = client_for(UserFactory())
    for _ in range(settings.SESSION_ABSOLUTE_SECONDS // (IDLE // 2)):
        assert is_signed_in(client)
        clock(IDLE // 2)
    clock(60)
    assert not is_signed_in(client)
