"""What kinds have in common whose answer is one number: how it is stored and told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diagnosis.ml.results.estimate import Estimate
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.kind import Measured, Panel
from diagnosis.results.result import Result
from medportal.common.errors import Pointer
from medportal.common.plain import Stored
from medportal.common.text import Text

ONE_NUMBER = _("This answer is one number and has no others: leave it out.")


@dataclass(frozen=True)
class Single:
    """``word`` is the number's name in what is stored, ``estimate`` that of the library."""

    word: str
    estimate: str
    censors: bool = False
    why_not: Mapping[Panel, str | Promise] = field(default_factory=dict)

    def headline(self, sheet: Sheet) -> str | None:
        return self.estimate

    def explained(self, sheet: Sheet) -> tuple[str, ...]:
        return (self.estimate,)

    def surplus(self, sheet: Sheet) -> Iterator[Pointer]:
        """What only an answer of several numbers has."""
        for name in ("estimates", "bands_of"):
            if getattr(sheet, name):
                yield Pointer(f"/{name}", "unknown_field", ONE_NUMBER)

    def called(self, sheet: Sheet, estimate: str) -> Text:
        return {}

    def read(self, stored: Stored) -> tuple[Estimate, ...]:
        value, ends = stored.get(self.word), stored.get("interval")
        if value is None:
            return ()
        interval = (float(ends[0]), float(ends[1])) if ends else None
        return (Estimate(self.estimate, float(value), interval),)

    def headline_of(self, stored: Stored) -> str | None:
        return None if stored.get(self.word) is None else self.estimate

    def leaves_open(self, result: Result) -> bool:
        return False

    def measured(self, manifest: Stored, sheet: Sheet) -> Measured | None:
        return None

    def written(self, result: Result) -> Stored:
        found = result.estimate(self.estimate)
        ends = found.interval if found else None
        return {
            self.word: found.value if found else None,
            "interval": list(ends) if ends else None,
        }

    def line(self, result: Result, sheet: Sheet) -> str:
        return ""
