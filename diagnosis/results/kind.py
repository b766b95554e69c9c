"""What the clinic asks of a result kind: everything that depends on what is answered.

One more kind is one folder beside this file and one line in ``RESULT_KINDS``. What is stored is
also what REST tells (design, part 9), so a kind says its shape once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from diagnosis.ml.results.estimate import Estimate, Scale
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.result import Belonging
from medportal.common.errors import Pointer
from medportal.common.plain import Stored


class ShownResult(Protocol):
    """One kind of answer as the clinic sees it; an object without state."""

    @property
    def name(self) -> str:
        """What sheets, rows and manifests call it."""

    @property
    def word(self) -> str:
        """What one number is called in what is stored: ``probability``, ``value``."""

    # The sheet

    def scales(self, sheet: Sheet) -> Mapping[str, Scale]:
        """The estimates there are and their scales, in the order in which they are shown."""

    def headline(self, sheet: Sheet) -> str | None:
        """The estimate that lists, bands and trends speak of; None where no single one does."""

    def problems(self, sheet: Sheet) -> Iterator[Pointer]:
        """What the sheet lacks for its pages: bands that cover the scale, words."""

    # What is stored, and told over REST

    def read(self, stored: Stored) -> tuple[Estimate, ...]:
        """The estimates of a stored answer; none where it has none: never 0 in their place."""

    def headline_of(self, stored: Stored) -> str | None:
        """The headline of a stored answer, also without its sheet."""

    def written(self, estimates: tuple[Estimate, ...]) -> dict[str, Stored | float | None]:
        """The part of the stored answer that holds them."""

    def belonging(self, manifest: Stored, estimate: Estimate | None) -> Belonging:
        """What the card says of people with such a headline."""
