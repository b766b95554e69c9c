"""What became of a file, as the row of its import keeps it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from diagnosis.records.incoming.filing import Written
from diagnosis.records.incoming.shapes import NotKept, Tally
from medportal.common.errors import Pointer

MOST_REFUSED = 500
MOST_FINDINGS = 20
MOST_NOT_KEPT = 500
LONGEST_POINTER = 200


@dataclass
class Report:
    """Counts of patients and facts, who was refused and why, and what has no place here."""

    patients: Counter[str] = field(default_factory=Counter)
    facts: Counter[str] = field(default_factory=Counter)
    refused: list[dict[str, Any]] = field(default_factory=list)
    not_kept: Tally = field(default_factory=Tally)
    problems: list[dict[str, str]] = field(default_factory=list)
    """Why nothing, or nothing more, could be used."""

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Report:
        not_kept = Tally()
        for entry in stored.get("not_kept", []):
            what = NotKept(*(entry[name] for name in ("what", "reason", "code", "label")))
            not_kept[what] = entry["count"]
            not_kept.places[what] = list(entry.get("places", []))
        return cls(
            Counter(stored.get("patients", {})),
            Counter(stored.get("facts", {})),
            list(stored.get("refused", [])),
            not_kept,
            list(stored.get("problems", [])),
        )

    def add(self, written: Written) -> None:
        self.patients[written.result] += 1
        self.facts.update(written.facts)
        self.not_kept.take(written.not_kept)

    def refuse(self, at: str, found: Sequence[Pointer]) -> None:
        self.patients["refused"] += 1
        if len(self.refused) < MOST_REFUSED:
            shown = [shown_pointer(pointer) for pointer in found[:MOST_FINDINGS]]
            self.refused.append({"at": at, "count": len(found), "findings": shown})

    def stored(self) -> dict[str, Any]:
        counts = ("created", "updated", "unchanged")
        return {
            "patients": {name: self.patients[name] for name in (*counts, "refused")},
            "facts": {name: self.facts[name] for name in counts},
            "refused": self.refused,
            "not_kept": [
                {
                    **asdict(what),
                    "count": count,
                    "places": [at[:LONGEST_POINTER] for at in self.not_kept.places.get(what, [])],
                }
                for what, count in self.not_kept.most_common(MOST_NOT_KEPT)
            ],
            "problems": self.problems,
        }


def shown_pointer(found: Pointer) -> dict[str, str]:
    return {
        "pointer": found.pointer[:LONGEST_POINTER],
        "code": found.code,
        "message": str(found.message),
    }
