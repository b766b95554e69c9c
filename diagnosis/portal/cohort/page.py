"""Everything that the page of a cohort shows, gathered for its templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import numpy as np

from accounts.models import User
from diagnosis.inference.lists.cohort import ENOUGH, MOST, Cohort
from diagnosis.inference.models import Prediction
from diagnosis.ml.explain.cohort import Grouping, Importance, clusters, importance
from diagnosis.portal.charts.twins import families
from diagnosis.portal.cohort.dependence import DependencePage, dependence_page
from diagnosis.portal.cohort.effects import Effect, Swarm, effects, swarm
from diagnosis.portal.cohort.groups import GroupRow, Share, band_shares, group_rows
from diagnosis.portal.cohort.levels import Levels, levels_of, value_text
from diagnosis.portal.frame.identity import Identity, identities
from diagnosis.portal.frame.paging import Shown, page_of
from diagnosis.portal.words.figures import signed
from diagnosis.results.pictures.rounding import whole
from medportal.common.text import localized

PAGE = 25


@dataclass(frozen=True)
class Member:
    """One line of the list of patients."""

    prediction: Prediction
    who: Identity
    value: str
    points: str
    group: int

    @property
    def band(self) -> str:
        if self.prediction.is_expired:
            return ""
        band = self.prediction.definition.band_named(self.prediction.band)
        return localized(band.label) if band else ""


@dataclass
class CohortPage:
    """A cohort as one reader asked for it: which input closely, which group, which page."""

    cohort: Cohort
    user: User
    asked: Mapping[str, str]

    @property
    def n(self) -> int:
        return len(self.cohort)

    @property
    def most(self) -> int:
        return MOST

    @property
    def enough(self) -> int:
        return ENOUGH

    @property
    def is_drawn(self) -> bool:
        return self.n >= ENOUGH

    @property
    def with_expired(self) -> bool:
        return self.asked.get("expired") == "1"

    @cached_property
    def levels(self) -> list[Levels]:
        columns = self.cohort.values.T
        return [
            levels_of(f, column) for f, column in zip(self.cohort.features, columns, strict=True)
        ]

    @cached_property
    def importance(self) -> Importance:
        return importance(self.cohort.contributions)

    @cached_property
    def effects(self) -> list[Effect]:
        return effects(self.cohort, self.importance, self.levels)

    @cached_property
    def swarm(self) -> Swarm:
        return swarm(self.cohort, self.importance, self.effects, self.levels)

    @property
    def first(self) -> Effect:
        return self.effects[0]

    @cached_property
    def feature(self) -> int:
        """The column looked at closely: the one asked for, else the one that moves most."""
        names = [feature.name for feature in self.cohort.features]
        wanted = self.asked.get("feature", "")
        return names.index(wanted) if wanted in names else int(self.importance.order[0])

    @property
    def feature_name(self) -> str:
        return self.cohort.features[self.feature].name

    @property
    def feature_label(self) -> str:
        return localized(self.cohort.features[self.feature].label)

    @cached_property
    def closely(self) -> DependencePage:
        return dependence_page(self.cohort, self.feature, self.levels)

    @cached_property
    def grouping(self) -> Grouping:
        return clusters(self.cohort.contributions)

    @cached_property
    def groups(self) -> list[GroupRow]:
        """None where all are alike."""
        if not self.is_drawn or len(self.grouping.groups) < 2:
            return []
        return group_rows(self.cohort, self.grouping, self.levels)

    @cached_property
    def group(self) -> int:
        """The number of the group whose patients are listed; 0 for all."""
        wanted = self.asked.get("group", "")
        return int(wanted) if wanted in {str(row.number) for row in self.groups} else 0

    @cached_property
    def everybody(self) -> tuple[Share, ...]:
        return band_shares(self.cohort, np.arange(self.n))

    @property
    def twins(self) -> list[list[str]]:
        """Inputs so alike that how they share an effect means little."""
        labels = {f.name: localized(f.label) for f in self.cohort.features}
        found = families(self.cohort.version.manifest.get("correlated") or ())
        return [[labels.get(name, name) for name in family] for family in found]

    @cached_property
    def listed(self) -> Shown[int]:
        """Rows of the cohort, those of the group asked for."""
        rows = list(range(self.n))
        if self.group:
            rows = self.grouping.groups[self.group - 1].rows.tolist()
        return page_of(rows, self.asked.get("page"), PAGE)

    @cached_property
    def members(self) -> list[Member]:
        rows = {self.cohort.predictions[row]: row for row in self.listed.rows}
        found = Prediction.objects.visible_to(self.user).filter(pk__in=rows)
        known = {p.pk: p for p in found.select_related("patient").defer("inputs", "result")}
        people = identities(p.patient for p in known.values())
        return [
            self._member(known[pk], people[known[pk].patient_id], row)
            for pk, row in rows.items()
            if pk in known
        ]

    def _member(self, prediction: Prediction, who: Identity, row: int) -> Member:
        prediction.service = self.cohort.service
        j = self.feature
        return Member(
            prediction=prediction,
            who=who,
            value=value_text(self.cohort.features[j], float(self.cohort.values[row, j])),
            points=signed(whole(float(self.cohort.contributions[row, j]))),
            group=int(self.grouping.labels[row]) + 1 if self.groups else 0,
        )

    def keeps(self, **changed: Any) -> str:
        """The question of this page with something changed, for links to it."""
        kept = {
            "feature": self.feature_name if self.asked.get("feature") else "",
            "group": self.group or "",
            "expired": "1" if self.with_expired else "",
            **changed,
        }
        return urlencode({name: value for name, value in kept.items() if value})

    @property
    def page_keeps(self) -> str:
        kept = self.keeps()
        return f"&{kept}" if kept else ""
