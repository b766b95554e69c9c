"""What the clinic asks of a result kind: everything that depends on what is answered.

One more kind is one folder beside this file and one line in ``RESULT_KINDS``. What is stored is
also what REST tells (design, part 9), so a kind says its shape once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.utils.functional import Promise

from diagnosis.ml.results.estimate import Estimate, Scale
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.figures import Figures
from diagnosis.results.result import Belonging, Result
from medportal.common.errors import Pointer
from medportal.common.plain import Stored
from medportal.common.text import Text


class Panel(StrEnum):
    """What can be asked beyond the number and its reasons, where the kind allows it."""

    LOG_ODDS = "log-odds"
    ADDED_VALUE = "added-value"
    FURTHER = "further"
    """What would change it, patients alike, how sure."""
    TREND = "trend"
    COHORT = "cohort"
    TRY_OUT = "try-out"
    OUTCOME = "outcome"
    OWN_ESTIMATE = "own-estimate"
    PATIENT_SHEET = "patient-sheet"
    WARD = "ward"
    """Cases to practise on, of which it is known what happened."""


OF_A_HEADLINE = frozenset(Panel) - {Panel.OUTCOME, Panel.PATIENT_SHEET}
"""What speaks of one estimate alone: of an answer without a headline none of these is there."""


@dataclass(frozen=True)
class Templates:
    """Files below ``templates/``. ``number``: figure, sentence and picture, on page and paper."""

    number: str
    sheet: str = ""
    """For the patient; empty where there is none."""
    adds: str = ""
    """On the card of a version, what the model adds; empty: AUROC and Brier beside others'."""
    metrics: str = ""
    """There, how good it is; empty: AUROC, Brier, slope, with their pictures."""


@dataclass(frozen=True)
class Seen:
    """An answer as a page asks for it; ``band`` is empty once it has expired."""

    result: Result
    sheet: Sheet
    band: str = ""
    is_expired: bool = False
    average: float | None = None


@dataclass(frozen=True)
class Shown:
    """What is said of it; a kind adds what its own templates draw."""

    said: str
    sentence: str
    interval: str
    interval_short: str


@dataclass(frozen=True)
class Measured:
    """How good a version is, by its manifest; a kind adds what its templates draw."""


class ShownResult(Protocol):
    """One kind of answer as the clinic sees it; an object without state."""

    @property
    def name(self) -> str:
        """What sheets, rows and manifests call it."""

    @property
    def word(self) -> str:
        """What one number is called in what is stored: ``probability``, ``value``."""

    @property
    def censors(self) -> bool:
        """Whether an outcome without the event only says until when a patient was free of it."""

    @property
    def panels(self) -> frozenset[Panel]:
        """What can be asked of such an answer; everything else is not there."""

    @property
    def why_not(self) -> Mapping[Panel, str | Promise]:
        """Why a panel is not there, where the usual words of ``results.absent`` do not say it."""

    @property
    def templates(self) -> Templates:
        """How it is drawn."""

    # The sheet

    def scales(self, sheet: Sheet) -> Mapping[str, Scale]:
        """The estimates there are and their scales, in the order in which they are shown."""

    def headline(self, sheet: Sheet) -> str | None:
        """The estimate that lists, bands and trends speak of; None where no single one does."""

    def explained(self, sheet: Sheet) -> tuple[str, ...]:
        """Estimates whose reasons can be asked for; those of the first come with the run."""

    def called(self, sheet: Sheet, estimate: str) -> Text:
        """How an estimate is called, in both languages; empty where the answer has but one."""

    def problems(self, sheet: Sheet) -> Iterator[Pointer]:
        """What the sheet lacks for its pages: bands that cover the scale, words."""

    # What is stored, and told over REST

    def read(self, stored: Stored) -> tuple[Estimate, ...]:
        """The estimates of a stored answer; none where it has none: never 0 in their place."""

    def headline_of(self, stored: Stored) -> str | None:
        """The headline of a stored answer, also without its sheet."""

    def written(self, result: Result) -> Stored:
        """The part of the stored answer that holds them."""

    def leaves_open(self, result: Result) -> bool:
        """Whether the inputs do not tell, so that no band may be named."""

    def belonging(self, manifest: Stored, estimate: Estimate | None) -> Belonging:
        """What the card says of people with such a headline."""

    def measured(self, manifest: Stored, sheet: Sheet) -> Measured | None:
        """For the kind's own part of a version's card; None where it has none."""

    # What is shown

    def line(self, result: Result, sheet: Sheet) -> str:
        """What a list says of an answer without a headline; empty where it has one."""

    def figures(self, sheet: Sheet) -> Figures:
        """How the headline and its differences are said."""

    def shown(self, seen: Seen) -> Shown | None:
        """Words and picture; None where the answer has nothing that could be shown."""

    def fhir(self, result: Result, sheet: Sheet) -> tuple[Stored, ...]:
        """Outcome and estimate of each ``RiskAssessment.prediction``, with an ``extension`` list.

        The headline's first: band and reasons are added to it.
        """
