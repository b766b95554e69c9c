"""The reasons of a result: the waterfall with each input's value, date, range and remarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from diagnosis.inference.models import Explanation, Prediction
from diagnosis.inference.scoring.soundness import fault, log_odds
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.inference.stored.reasons import Attribution
from diagnosis.inference.stored.reasons import Reasons as Kept
from diagnosis.inputs import shown_kind
from diagnosis.portal.charts.arranging import (
    OTHER,
    Arrangement,
    Grouping,
    Order,
    alone_in_family,
)
from diagnosis.portal.charts.factors import SURE, Factor
from diagnosis.portal.charts.twins import with_twins_joined
from diagnosis.portal.charts.waterfall import Waterfall, waterfall
from diagnosis.portal.result.reasons.log_odds import LogOdds, log_odds_of
from diagnosis.portal.result.reasons.rows import Drawn, DrawnPart, Naming, ReasonRow
from diagnosis.portal.words import sentences
from diagnosis.portal.words.figures import stored_day
from diagnosis.portal.words.headline import figures_of
from diagnosis.portal.words.inputs_shown import ShownInput
from diagnosis.registry.models import ModelVersion
from diagnosis.registry.versions import contradictions
from diagnosis.results.figures import Figures
from diagnosis.results.kind import Panel
from medportal.common.text import localized

METHODS: dict[Any, Any] = {
    "exact": _("exact"),
    "kernel": _("sampled"),
    "paired": _("sampled in pairs"),
    "mixed": _("partly sampled"),
    "tree": _("exact"),
}


@dataclass(frozen=True)
class Background:
    """With whom the patient is compared: how many, of how many, and of which version."""

    rows: int
    population: int
    version: int
    day: str


@dataclass(frozen=True)
class Reasons:
    """Picture, rows and sentence of one explanation."""

    picture: Waterfall
    figures: Figures
    rows: tuple[ReasonRow, ...]
    base_name: str
    base: str
    result: str
    sentence: str
    method: str
    computation: str
    """The largest error of the computation alone, in points; empty where it is not known."""
    background: Background
    has_families: bool
    log_odds: LogOdds | None

    @property
    def ticks(self) -> list[tuple[str, str]]:
        grain = self.figures.grain
        return [(at, self.figures.exact(value * grain)) for at, value in self.picture.ticks]

    @property
    def unit(self) -> str:
        """In which the bars are counted; empty for points."""
        return self.figures.unit

    @property
    def every_row(self) -> list[ReasonRow]:
        """With those behind the shared bars."""
        return with_inner(self.rows)

    @property
    def has_inner(self) -> bool:
        return any(row.inner for row in self.rows)

    @property
    def has_errors(self) -> bool:
        return any(row.bar.error is not None for row in self.rows)

    @property
    def has_unsure(self) -> bool:
        return any(row.bar.effect == "unsure" for row in self.every_row)

    @property
    def has_filled_in(self) -> bool:
        return any(row.bar.factor.filled_in for row in self.rows)


def with_inner(rows: Sequence[ReasonRow]) -> list[ReasonRow]:
    return [one for row in rows for one in row.with_inner]


def against_the_usual(version: ModelVersion) -> dict[str, str]:
    """Features that move this model against the usual direction, with the reviewer's words."""
    return {
        feature: localized(contradictions.note(version, feature))
        for feature in contradictions.found(version)
    }


def _entries(kept: Kept, shown: Mapping[str, ShownInput]) -> list[Attribution]:
    """The stored contributions as the inputs stand in the schema."""
    places = {name: place for place, name in enumerate(shown)}
    return sorted(kept.attributions, key=lambda one: places.get(one.feature, len(places)))


def _family(entry: Attribution) -> str:
    """The group of an input: its English name stands for it in every language."""
    family = entry.family
    return str(family.get("en", "")) if isinstance(family, Mapping) else str(family or "")


def _factors(
    entries: Sequence[Attribution], shown: Mapping[str, ShownInput], grain: float
) -> list[Factor]:
    """As pictures reckon: in hundreds of the smallest step."""
    return [
        Factor(
            key=given.feature,
            contribution=float(given.contribution) / grain,
            standard_error=_shrunk(given.standard_error, grain),
            filled_in=given.feature in shown and shown[given.feature].filled_in,
            coalition_error=_shrunk(given.coalition_error, grain),
            place=place,
            family=_family(given),
        )
        for place, given in enumerate(entries)
    ]


def _shrunk(error: float | None, grain: float) -> float | None:
    return None if error is None else error / grain


def _drawn(
    version: ModelVersion, entries: Sequence[Attribution], figures: Figures
) -> dict[str, Drawn]:
    """What is drawn of the parts of an input, where it has any and its kind draws them."""
    found = {}
    for entry in (entry for entry in entries if entry.parts):
        template = shown_kind(schema_of(version)[entry.feature]).templates.reason
        parts = tuple(
            DrawnPart(
                one.name, figures.signed(one.contribution / figures.grain, 1), one.contribution >= 0
            )
            for one in entry.parts
        )
        if template:
            found[entry.feature] = Drawn(template, parts)
    return found


def _rows(picture: Waterfall, naming: Naming, arrangement: Arrangement) -> tuple[ReasonRow, ...]:
    """Group by group, each group's first row says which it is."""
    headed = arrangement.order == Order.GROUP and arrangement.grouping == Grouping.EACH
    rows, before = [], None
    for number, bar in enumerate(picture.bars, 1):
        heading, family = "", bar.factor.family
        if headed and bar.factor.key != OTHER and family != before:
            heading, before = naming.family(family), family
        rows.append(naming.row(bar, str(number), heading))
    return tuple(rows)


def _background(prediction: Prediction, kept: Kept) -> Background:
    """What an earlier release did not store with the reasons is read from their version."""
    stored, version = kept.background, prediction.version
    learnt_from = (version.manifest.get("training") or {}).get("rows")
    return Background(
        rows=stored.rows,
        population=stored.population or learnt_from or stored.rows,
        version=stored.version or version.number,
        day=stored_day(stored.date or version.published_at or version.created_at),
    )


def _computation(method: object, factors: Sequence[Factor], figures: Figures) -> str:
    """The largest error of the computation alone, as a 95 % interval in points."""
    if method in ("exact", "tree"):
        return "0"
    known = [f.coalition_error for f in factors if f.coalition_error is not None]
    return figures.steps(SURE * max(known) * 100, 1) if known else ""


def _on_log_odds(
    prediction: Prediction, content: Mapping[str, Any], rows: Sequence[ReasonRow]
) -> LogOdds | None:
    if (
        not content.get("scales")
        or prediction.headline is None
        or not prediction.offers(Panel.LOG_ODDS)
    ):
        return None
    return log_odds_of(log_odds(content, prediction.headline), with_inner(rows))


def reasons(
    prediction: Prediction,
    explanation: Explanation,
    shown: Mapping[str, ShownInput],
    arrangement: Arrangement | None = None,
) -> Reasons | None:
    """The reasons, or None where they fail their own check and must not be drawn."""
    content, version = explanation.content or {}, prediction.version
    value, arrangement = prediction.value_of(explanation.estimate), arrangement or Arrangement()
    if value is None or fault(content, value):
        return None
    kept = Kept.from_dict(content)
    entries = _entries(kept, shown)
    figures = figures_of(prediction)
    grain, scale = figures.grain, figures.scale
    single = _factors(entries, shown, grain)
    factors, members = with_twins_joined(single, version.manifest.get("correlated") or ())
    ends = (scale.low / grain, scale.high / grain)
    picture = waterfall(kept.base_value / grain, factors, value / grain, arrangement, ends)
    if picture is None:
        return None
    families = {_family(entry): localized(entry.family) for entry in entries}
    alone = {bar: members.get(key, (key,)) for bar, key in alone_in_family(factors).items()}
    against = against_the_usual(version)
    naming = Naming(
        shown, {**members, **alone}, families, against, figures, _drawn(version, entries, figures)
    )
    labels = {bar.factor.key: naming.label(bar.factor.key) for bar in picture.bars}
    rows = _rows(picture, naming, arrangement)
    background, method = _background(prediction, kept), kept.method
    return Reasons(
        picture=picture,
        figures=figures,
        rows=rows,
        base_name=sentences.base_name(
            prediction.definition, background.rows, background.population
        ),
        base=figures.said(kept.base_value, picture.decimals),
        result=figures.said(value, picture.decimals),
        sentence=sentences.reasons_sentence(picture, labels, members, figures),
        method=str(METHODS.get(method, method)),
        computation=_computation(method, single, figures),
        background=background,
        has_families=len([name for name in families if name]) > 1,
        log_odds=_on_log_odds(prediction, content, rows),
    )
