"""What the clinic asks of an input kind: how it is given, asked for, said, drawn and sent on.

One more kind is one folder beside this file and one line in ``INPUT_KINDS``; what it is to a model
is its other half, in ``diagnosis.ml.inputs``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from diagnosis.ml import Feature

Single = float | int | str | None
"""One value as a chart, a form or a stored run holds it; that of a block is its text."""

Numbers = tuple[float, ...]


@dataclass(frozen=True)
class GivenValue:
    """One input as sent, and as the model sees it; nothing where it was left out on purpose."""

    value: float | str | None
    unit: str | None
    converted: float | None
    """In the unit of the feature, or the code of its category."""
    block: Numbers | None = None
    """Of a kind with a block of its own, in its place."""

    @property
    def is_nothing(self) -> bool:
        return self.converted is None and self.block is None


NOTHING = GivenValue(None, None, None)

Sent = Mapping[str, Single]
"""What a form sends on: a value, and its unit where the kind has any."""


@dataclass(frozen=True)
class Templates:
    """Files below ``templates/``; each draws one ``field``, or one ``reason``."""

    field: str
    """The control on the form of a run."""
    tried: str = ""
    """The control of a try-out; empty where nothing can be tried."""
    reason: str = ""
    """What stands under a reason, from its parts; empty where the number says it all."""


@dataclass(frozen=True)
class Part:
    """What one part of an input contributed: they add up to the contribution of the input."""

    name: str
    contribution: float


class ShownInput(Protocol):
    """One kind of input as the clinic sees it; an object without state."""

    @property
    def name(self) -> str:
        """What schemas call it."""

    @property
    def templates(self) -> Templates:
        """How it is drawn."""

    @property
    def is_choice(self) -> bool:
        """Whether its control is a group of answers, named by a label and not by a field."""

    # What a caller or a form sends

    def given(
        self, feature: Feature, value: Any, unit: str | None
    ) -> tuple[GivenValue, str | None]:
        """Read what was sent; else the code of why it cannot be read."""

    def explain(
        self, feature: Feature, code: str, value: Any = None, unit: str | None = None
    ) -> str:
        """Say what is wrong, and what was perhaps meant, to the person who sent it."""

    def posted(self, feature: Feature, text: str, unit: str) -> tuple[Sent, str]:
        """Return what the text of a form means, or why it means nothing."""

    # What the chart and a stored run hold

    def of_chart(self, feature: Feature, converted: Single) -> float | None:
        """Return the reading of a chart as the table holds it."""

    def raw(self, feature: Feature, converted: float | None, block: Numbers | None) -> Any:
        """Return a stored value as the library reads it, whatever codes its version has."""

    def own(self, feature: Feature, value: Single, unit: str | None) -> float | None:
        """Return a stored value as the table would hold it, whether it was used or not."""

    # How it is said

    def said(self, feature: Feature, value: Any, unit: str | None) -> str:
        """Say a value in the reader's unit, else as it was given."""

    def said_of_model(self, feature: Feature, converted: float, *, alone: bool = True) -> str:
        """Say a value of the model; without its unit where it stands beside another."""

    # On the wire

    def rest(self, value: Single, block: Numbers | None) -> Single | list[float]:
        """Return the value as REST tells it."""

    def fhir(self, feature: Feature, block: Numbers | None) -> dict[str, Any]:
        """Return a ``value[x]`` for what no Observation of the chart carries; else nothing."""
