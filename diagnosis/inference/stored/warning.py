"""What must stand beside a number, or beside its absence, as the row of a run keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from medportal.common.text import Text


@dataclass(frozen=True)
class Caution:
    """One sentence in both languages, with the inputs that it is about.

    ``is_standing``: a rule of the sheet that holds whatever the score, with its cure, its source
    and, where the service has some, words for the patient. ``rule`` is one that nobody checked.
    """

    code: str
    message: Text | str = field(default_factory=dict)
    features: tuple[str, ...] = ()
    cure: Text | None = None
    source: Text | str | None = None
    for_patient: Text | None = None
    is_standing: bool = False
    rule: str = ""

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Caution:
        return cls(
            code=str(stored.get("code") or ""),
            message=stored.get("message") or {},
            features=tuple(stored.get("features") or ()),
            cure=stored.get("cure"),
            source=stored.get("source"),
            for_patient=stored.get("for_patient"),
            is_standing=bool(stored.get("standing")),
            rule=str(stored.get("rule") or ""),
        )

    def to_dict(self) -> dict[str, Any]:
        features = list(self.features)
        written = {"code": self.code, "message": self.message, "features": features}
        if self.rule:
            written["rule"] = self.rule
        if not self.is_standing:
            return written
        told = {"cure": self.cure, "source": self.source, "for_patient": self.for_patient}
        return written | told | {"standing": True}
