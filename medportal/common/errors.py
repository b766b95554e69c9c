"""Errors with a code, which every protocol maps to its own shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Pointer:
    """One bad field: a JSON pointer, a code and a text for people, without the value."""

    pointer: str
    code: str
    message: str | Promise


class DomainError(Exception):
    """What an action refuses. ``message`` is for people and holds no patient data.

    ``retry_after`` says in how many seconds the same may succeed.
    """

    def __init__(
        self,
        code: str,
        message: str | Promise,
        *,
        status: int = 400,
        pointers: Sequence[Pointer] = (),
        retry_after: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.status = status
        self.pointers = tuple(pointers)
        self.retry_after = retry_after
