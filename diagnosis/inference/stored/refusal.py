"""Why a run was not scored, as its row keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from medportal.common.text import Text


@dataclass(frozen=True)
class Ground:
    """One reason not to score, in both languages, with what would cure it."""

    code: str
    message: Text | str = field(default_factory=dict)
    features: tuple[str, ...] = ()
    cure: Text | None = None
    source: Text | str = ""
    confirmation: str = ""
    """The rule to send in ``confirmations``, where a person's word is what is missing."""

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Ground:
        return cls(
            code=str(stored.get("code") or ""),
            message=stored.get("message") or {},
            features=tuple(stored.get("features") or ()),
            cure=stored.get("cure"),
            source=stored.get("source") or "",
            confirmation=str(stored.get("confirmation") or ""),
        )

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "features": list(self.features)}


@dataclass(frozen=True)
class Refusal:
    """Every ground that was found; the first speaks for all in lists and texts."""

    grounds: tuple[Ground, ...]
    next_measurement: Mapping[str, Any] | None = None
    """For grounds that measuring would cure: what to measure first."""

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Refusal:
        """One from before several grounds were kept holds a single one."""
        listed = stored.get("findings") or [stored]
        return cls(tuple(map(Ground.from_dict, listed)), stored.get("next_measurement"))

    def to_dict(self) -> dict[str, Any]:
        findings = [ground.to_dict() for ground in self.grounds]
        return {**findings[0], "findings": findings, "next_measurement": self.next_measurement}

    @property
    def code(self) -> str:
        return self.grounds[0].code

    @property
    def message(self) -> Text | str:
        return self.grounds[0].message

    @property
    def features(self) -> set[str]:
        """The inputs that any of the grounds names."""
        return {name for ground in self.grounds for name in ground.features}
