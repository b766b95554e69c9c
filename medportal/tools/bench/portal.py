"""From the request to the visible result and to the visible explanation, by REST."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any

TOO_LONG = 20.0


@dataclass
class Client:
    """One caller with a token and one connection, as another system would be."""

    port: int
    token: str

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body)
        self.connection.request(method, path, content, sent | headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise RuntimeError(f"{method} {path.split('/')[3]}: {answer.status}")
        return json.loads(text)


def measure(client: Client, service: str, rounds: int) -> dict[str, list[float]]:
    """Seconds until the probability, and until its reasons, can be read."""
    patients = ready_patients(client, service)
    took: dict[str, list[float]] = {"result": [], "explanation": []}
    for number in range(rounds + 1):
        patient = patients[number % len(patients)]
        began = time.perf_counter()
        answer = client.call(
            "POST",
            f"/api/v1/services/{service}/predictions",
            {"patient": patient},
            Prefer="wait=10",
        )
        result = time.perf_counter() - began
        explained = _until_explained(client, answer, began)
        if number:  # the first one loads the model
            took["result"].append(result)
            took["explanation"].append(explained)
    return took


def _until_explained(client: Client, answer: Any, began: float) -> float:
    if answer["state"] != "done":
        raise RuntimeError(f"The prediction ended {answer['state']}.")
    while answer["explanation"] is None or answer["explanation"]["state"] != "done":
        if time.perf_counter() - began > TOO_LONG:
            raise RuntimeError("No explanation came.")
        answer = client.call("GET", answer["links"]["self"])
    return time.perf_counter() - began


def ready_patients(client: Client, service: str) -> list[str]:
    """Those of the caller on whom the service can run at once."""
    found = []
    for patient in client.call("GET", "/api/v1/patients?page_size=100")["results"]:
        fits = client.call("GET", f"/api/v1/patients/{patient['id']}/services")
        rows = fits["results"] if isinstance(fits, dict) else fits
        if any(row["service"] == service and row["status"] == "ready" for row in rows):
            found.append(patient["id"])
        if len(found) == 10:
            break
    if not found:
        raise RuntimeError(f"No patient is ready for {service}.")
    return found
