"""The closed gate: rows about patients reach nobody unless the question says who is asking."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models

from accounts.models import User

Asker = User | AnonymousUser
QuerySetT = TypeVar("QuerySetT", bound="models.QuerySet[Any]")


class ClosedManager(models.Manager[Any]):
    """What a framework reaches when nobody said who is asking: nothing."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().none()


class BoundGate(Generic[QuerySetT]):
    """No ``filter``, ``get`` or ``create``: say who is asking first."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def visible_to(self, user: Asker) -> QuerySetT:
        rows: QuerySetT = self._model.unscoped.visible_to(user)
        return rows


class Gate(Generic[QuerySetT]):
    """The ``objects`` of a gated model."""

    def __get__(self, instance: object, owner: type) -> BoundGate[QuerySetT]:
        return BoundGate(owner)
