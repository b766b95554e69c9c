"""A caller of the REST interface, with or without a token."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from tests.factories import bearer_of


class Caller:
    def __init__(self, user: User | None = None, language: str = "en") -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Accept-Language": language}
        if user is not None:
            self.headers |= bearer_of(user)

    def get(self, address: str, **query: Any) -> HttpResponse:
        return self.client.get(f"/api/v1/{address}", query, headers=self.headers)

    def post(self, address: str, body: Any = None, **headers: str) -> HttpResponse:
        text = body if isinstance(body, str) else json.dumps({} if body is None else body)
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(
            f"/api/v1/{address}",
            text,
            content_type="application/json",
            headers=self.headers | extra,
        )
