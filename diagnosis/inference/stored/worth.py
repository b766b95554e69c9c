"""What measuring could change, as the row of a run keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from medportal.common.text import Text


@dataclass(frozen=True)
class Share:
    """How often of a hundred the answer would come to lie in a band."""

    band: str
    share: float


@dataclass(frozen=True)
class BandNow:
    """The band of the answer as it is."""

    code: str
    label: Text
    lower: float
    upper: float


@dataclass(frozen=True)
class Item:
    """One input whose measuring could change something; without bands no band changes."""

    feature: str
    label: Text
    reason: str
    burden: Text | None
    changes: float | None
    interval: list[float] | None
    limit: float | None
    bands: list[Share]
    expected_change: float
    lower: float
    upper: float
    effective_rows: float


@dataclass(frozen=True)
class Looked:
    """From where it was looked: the answer as it is, and beside how many reference rows."""

    is_refused: bool
    band: BandNow | None
    bands: list[Share]
    reference_rows: int


@dataclass(frozen=True)
class WorthMeasuring:
    """All of them; where nothing was looked for nothing but their absence is kept."""

    looked: Looked | None = None
    items: Sequence[Item] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        found = {} if self.looked is None else asdict(self.looked)
        return {**found, "items": [asdict(item) for item in self.items]}
