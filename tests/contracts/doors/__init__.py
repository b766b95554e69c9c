"""Every act × every way to do it. ``test_doors.py`` opens each door and reads the trail.

A door is a function of the ward, registered beside its kin in this folder::

    @door("prediction.cancel", "page", by="doctor", about="patient")
    def _(ward):
        queued = ward.queued()          # before the yield: what has to be there
        yield
        ward.post("portal:prediction-cancel", prediction=queued.pk)   # after it: the act

Whoever adds an act to ``accounts/acts.py`` adds its doors here, or the test says so.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, User
from diagnosis.inference.models import Job
from tests import factories, runnable
from tests.contracts.routes import Caller, World, world_of

KINDS = ("page", "REST", "admin", "command", "worker", "action")
"""How an act is done: by a browser, a program, an administrator's page, the operator, a task; or
so far only by code that calls the action, such as the demonstration's loader."""


@dataclass(frozen=True)
class Door:
    act: str
    kind: str
    by: str | None
    about: str | None
    outcome: str
    opens: Callable[[Ward], Any]

    def __str__(self) -> str:
        return f"{self.act} by {self.kind} ({self.opens.__name__.strip('_') or self.outcome})"

    def prepare(self, ward: Ward) -> Callable[[], None]:
        """Make what has to be there; the act itself is what this gives back."""
        if not inspect.isgeneratorfunction(self.opens):
            return lambda: self.opens(ward)
        steps: Iterator[None] = self.opens(ward)
        next(steps)
        return lambda: next(steps, None)


DOORS: list[Door] = []


def door(
    act: str,
    kind: str,
    *,
    by: str | None = None,
    about: str | None = None,
    outcome: str = "success",
) -> Callable[[Callable[[Ward], Any]], Callable[[Ward], Any]]:
    """``by``: a person of the ward or nobody; ``about``: "patient" if the event names them."""
    assert kind in KINDS

    def register(opens: Callable[[Ward], Any]) -> Callable[[Ward], Any]:
        DOORS.append(Door(act, kind, by, about, outcome, opens))
        return opens

    return register


class Ward:
    """The world of the route table, with hands."""

    def __init__(self) -> None:
        self.world: World = world_of()
        self.runs = runnable.running(self.house)
        """The version in the world has no artifact that a worker could load; this one has."""
        runnable.observed(self.patient, self.runs.service.slug)
        _ = self.cookies, self.bearers  # logged in before anybody counts or breaks anything

    def __getattr__(self, name: str) -> Any:
        return self.world.rows[name]

    @property
    def patient(self) -> Any:
        return self.world.patient

    @property
    def house(self) -> Any:
        return self.world.house

    def person(self, name: str) -> User:
        return self.world.people[name]

    def browser(self, name: str) -> Client:
        """Logged in, and new for every act: what one does to its session, no other feels."""
        client = Client()
        client.cookies.load(self.cookies[name])
        return client

    @cached_property
    def cookies(self) -> dict[str, dict[str, str]]:
        return {name: Caller(self.world, name).cookies for name in self.world.people}

    def get(self, route: str, by: str = "doctor", **kwargs: Any) -> Any:
        return self._done(self.browser(by).get(reverse(route, kwargs=kwargs or None)))

    def post(
        self, route: str, by: str = "doctor", data: dict[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        address = reverse(route, kwargs=kwargs or None)
        return self._done(self.browser(by).post(address, data or {}))

    @cached_property
    def bearers(self) -> dict[str, dict[str, str]]:
        made = {name: factories.bearer_of(user) for name, user in self.world.people.items()}
        ApiToken.objects.update(last_used_at=timezone.now())  # so that no use has to be noted
        return made

    def ask(self, address: str, by: str = "doctor") -> Any:
        return self._done(Client().get(f"/api/v1/{address}", headers=self.bearers[by]))

    def send(self, address: str, body: dict[str, Any], by: str = "doctor") -> Any:
        answer = Client().post(
            f"/api/v1/{address}",
            json.dumps(body),
            content_type="application/json",
            headers=self.bearers[by],
        )
        return self._done(answer)

    def command(self, command: str, *args: str, **options: Any) -> str:
        out = StringIO()
        call_command(command, *args, stdout=out, **options)
        return out.getvalue()

    @staticmethod
    def _done(answer: Any) -> Any:
        """Nothing that a fault must not let pass: an error of the server is one here, too."""
        assert answer.status_code < 500
        return answer

    def queued(self) -> Any:
        return self.another(state=Job.State.QUEUED, result=None, headline=None, band="")

    def marked_wrong(self, *withdrawn: Any) -> None:
        """The doctor has just marked the run as of the wrong patient."""
        from diagnosis.inference.actions import mark_wrong_patient

        named = [row.pk for row in withdrawn]
        mark_wrong_patient(
            actor=self.person("doctor"),
            prediction=self.prediction.pk,
            reason="Another bed.",
            withdraw=named,
        )

    def stored_by_the_run(self) -> Any:
        """A value in the chart that the run's form wrote there."""
        row = factories.ObservationFactory(patient=self.patient)
        name = next(iter(self.prediction.inputs))
        self.prediction.inputs[name] |= {"status": "given", "observation": str(row.pk)}
        self.prediction.save(update_fields=["inputs"])
        return row

    def another(self, **fields: Any) -> Any:
        """One more prediction on the patient, of the doctor."""
        return factories.PredictionFactory(
            version=self.version, patient=self.patient, requested_by=self.person("doctor"), **fields
        )


def _load() -> None:
    from tests.contracts.doors import (  # noqa: F401  # each registers its doors
        interop,
        operations,
        people,
        predictions,
        records,
        versions,
    )


_load()
