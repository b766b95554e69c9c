"""One input of a run as its row keeps it: value, unit, where from, when, as the model sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

Value = float | int | str | None


@dataclass(frozen=True)
class Entry:
    """``value`` in ``unit`` as it was given or stood in the chart; nothing where there is none."""

    value: Value = None
    unit: str | None = None
    converted: float | None = None
    """In the unit of the model, a category as its code; None is not measured, or not used."""
    source: str | None = None
    observed_at: str | None = None
    """As ISO 8601."""
    observation: str | None = None
    status: str | None = None
    reason: str = ""
    """Why a value of the chart could not be read."""
    basis: str = ""
    block: tuple[float, ...] | None = None
    """In the place of ``converted``, of a kind that is no column of the table."""

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Entry:
        """Earlier code left out what a run did not have."""
        return cls(
            value=stored.get("value"),
            unit=stored.get("unit"),
            converted=stored.get("converted"),
            block=tuple(block) if (block := stored.get("block")) is not None else None,
            source=stored.get("source"),
            observed_at=stored.get("observed_at"),
            observation=stored.get("observation"),
            status=stored.get("status"),
            reason=stored.get("reason") or "",
            basis=stored.get("basis") or "",
        )

    def to_dict(self) -> dict[str, Any]:
        """What a table's input never has is left out."""
        stored = asdict(self)
        if self.block is None:
            del stored["block"]
        return stored

    @property
    def is_missing(self) -> bool:
        """Whether the model was given nothing of it."""
        return self.converted is None and self.block is None

    @property
    def moment(self) -> datetime | None:
        return parse_datetime(self.observed_at) if self.observed_at else None


Snapshot = Mapping[str, Entry]
NOTHING = Entry()


def read_snapshot(stored: Mapping[str, Mapping[str, Any]]) -> dict[str, Entry]:
    """All inputs of a run, by name."""
    return {name: Entry.from_dict(entry or {}) for name, entry in stored.items()}


def written_snapshot(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    return {name: entry.to_dict() for name, entry in snapshot.items()}


def converted_of(snapshot: Snapshot, name: str) -> float | None:
    """As the model sees the input."""
    return snapshot.get(name, NOTHING).converted
