"""What became of a file, as the row of its import keeps it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from diagnosis.records.incoming.filing import Written
from diagnosis.records.incoming.shapes import NotKept, Tally
from medportal.common.errors import Pointer

MOST_REFUSED = 500
MOST_FINDINGS = 20
MOST_NOT_KEPT = 500
LONGEST_POINTER = 200


@dataclass(frozen=True)
class Finding:
    """One thing that could not be used, with its place in the file."""

    pointer: str
    code: str
    message: str

    @classmethod
    def of(cls, found: Pointer) -> Finding:
        return cls(found.pointer[:LONGEST_POINTER], found.code, str(found.message))


@dataclass(frozen=True)
class Refused:
    """A patient who did not come in: how many findings there were, and the first of them."""

    at: str
    count: int
    findings: tuple[Finding, ...]

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Refused:
        findings = tuple(Finding(**found) for found in stored["findings"])
        return cls(stored["at"], stored["count"], findings)


@dataclass
class Report:
    """Counts of patients and facts, who was refused and why, and what has no place here."""

    patients: Counter[str] = field(default_factory=Counter)
    facts: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    not_kept: Tally = field(default_factory=Tally)
    problems: list[Finding] = field(default_factory=list)
    """Why nothing, or nothing more, could be used."""

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Report:
        not_kept = Tally()
        for entry in stored.get("not_kept", []):
            what = NotKept(*(entry[name] for name in ("what", "reason", "code", "label")))
            not_kept[what] = entry["count"]
            not_kept.places[what] = list(entry.get("places", []))
        return cls(
            Counter(stored.get("patients", {})),
            Counter(stored.get("facts", {})),
            [Refused.from_dict(one) for one in stored.get("refused", [])],
            not_kept,
            [Finding(**one) for one in stored.get("problems", [])],
        )

    def add(self, written: Written) -> None:
        self.patients[written.result] += 1
        self.facts.update(written.facts)
        self.not_kept.take(written.not_kept)

    def refuse(self, at: str, found: Sequence[Pointer]) -> None:
        self.patients["refused"] += 1
        if len(self.refused) < MOST_REFUSED:
            shown = tuple(Finding.of(pointer) for pointer in found[:MOST_FINDINGS])
            self.refused.append(Refused(at, len(found), shown))

    def stored(self) -> dict[str, Any]:
        counts = ("created", "updated", "unchanged")
        return {
            "patients": {name: self.patients[name] for name in (*counts, "refused")},
            "facts": {name: self.facts[name] for name in counts},
            "refused": [asdict(one) for one in self.refused],
            "not_kept": [
                {
                    **asdict(what),
                    "count": count,
                    "places": [at[:LONGEST_POINTER] for at in self.not_kept.places.get(what, [])],
                }
                for what, count in self.not_kept.most_common(MOST_NOT_KEPT)
            ],
            "problems": [asdict(one) for one in self.problems],
        }
