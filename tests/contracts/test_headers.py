"""What every answer carries, and what only those may read who should."""

import pytest
import redis
from django.conf import settings
from django.core.cache import cache, caches
from django.test import Client

from medportal.common.cache import ForgivingRedisCache
from tests.pages import drawn

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address", ["/livez", "/readyz", "/metrics", "/api/v1/nothing", "/nothing"]
)
def test_every_answer_is_private_and_strict(address):
    headers = Client().get(address).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert len(headers["X-Request-ID"]) == 32
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_portal_is_ready():
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"database": True, "writes": True, "broker": True},
    )


def test_a_broker_that_drops_messages_is_not_well():
    with redis.Redis.from_url(settings.ADDRESSES.broker) as broker:
        broker.config_set("maxmemory-policy", "allkeys-lru")
        try:
            assert Client().get("/readyz").json()["broker"] is False
        finally:
            broker.config_set("maxmemory-policy", "noeviction")


def test_metrics_are_for_the_bearer_of_the_token(settings):
    assert Client().get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "a-token-of-the-watch"
    assert Client().get("/metrics", HTTP_AUTHORIZATION="Bearer other").status_code == 404
    answer = Client().get("/metrics", HTTP_AUTHORIZATION="Bearer a-token-of-the-watch")
    assert "medportal_database_up 1" in drawn(answer)


def test_machines_get_a_problem_and_people_a_page():
    machine, person = Client().get("/api/v1/nothing"), Client().get("/nothing")
    assert (machine.status_code, person.status_code) == (404, 404)
    assert machine["Content-Type"] == "application/problem+json"
    assert person["Content-Type"].startswith("text/html")


def test_the_cache_holds_json():
    cache.set("shape", {"seen": [1, 2.5, "three"]}, 30)
    assert cache.get("shape") == {"seen": [1, 2.5, "three"]}
    raw = cache._cache.get_client().get(cache.make_key("shape"))
    assert raw == b'{"seen": [1, 2.5, "three"]}'
    cache.set("counted", 1, 30)
    assert cache.incr("counted") == 2


def test_a_cache_that_is_away_forgets_and_fails_nobody():
    lost = ForgivingRedisCache("unix:///nonexistent/valkey.sock", {})
    lost.set("key", 1)
    assert lost.get("key", "nothing") == "nothing"
    assert lost.get_many(["key"]) == {}
    assert lost.delete("key") is False
    assert caches["default"].__class__ is ForgivingRedisCache


def test_objects_have_no_address():
    options = settings.STORAGES["default"]["OPTIONS"]
    assert options["base_url"] is None
    assert options["directory_permissions_mode"] == 0o700
    assert options["file_permissions_mode"] == 0o600
