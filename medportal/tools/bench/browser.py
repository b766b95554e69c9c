"""A person at the pages: logs in by the form, keeps cookies, sends the form's token."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Mapping
from http.cookies import SimpleCookie
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Browser:
    """One connection and its cookies; every call is timed."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.origin = f"http://127.0.0.1:{port}"
        self.took = 0.0

    def log_in(self, username: str, password: str) -> None:
        self.open("/accounts/login/")
        self.send("/accounts/login/", login=username, password=password)
        if not any(name.endswith("session") for name in self.cookies):
            raise RuntimeError(f"{username} could not log in.")

    def open(self, path: str) -> str:
        return self._ask("GET", path, None)

    def send(self, path: str, extra: Mapping[str, str] | None = None, /, **fields: str) -> str:
        fields["csrfmiddlewaretoken"] = self.token
        return self._ask("POST", path, urlencode(fields), extra)

    def _ask(
        self, method: str, path: str, body: str | None, extra: Mapping[str, str] | None = None
    ) -> str:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Origin": self.origin} | (FORM if body else {})
        headers |= extra or {}
        began = time.perf_counter()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        self.took = time.perf_counter() - began
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise RuntimeError(f"{method} {path.split('/')[1]}: {answer.status}")
        for header in answer.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
        if found := TOKEN.search(text):
            self.token = found[1]
        return text
