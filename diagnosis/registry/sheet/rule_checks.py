"""What a rule must hold so that it can apply: a typing error never does."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from diagnosis.ml import FeatureSchema
from diagnosis.registry.sheet.kinds import BOTH
from diagnosis.registry.sheet.rules import NEEDS, RANGES, Rule
from diagnosis.registry.sheet.sheets import Sheet
from medportal.common.errors import Pointer

NAMES_FEATURES = ("feature", "numerator", "denominator")


def problems(sheet: Sheet, features: FeatureSchema) -> Iterator[Pointer]:
    seen: set[str] = set()
    for place, rule in _placed(sheet):
        if not rule.code or rule.code in seen:
            yield Pointer(f"{place}/code", "code", _("Each rule needs a code of its own."))
        seen.add(rule.code)
        if rule.kind not in NEEDS:
            yield Pointer(f"{place}/kind", "unknown_kind", _("No rule of this kind is known."))
            continue
        yield from _missing(place, rule)
        yield from _limits(place, rule)
        yield from _inputs(place, rule, features)


def _placed(sheet: Sheet) -> Iterator[tuple[str, Rule]]:
    for part in ("population", "warnings"):
        for index, rule in enumerate(getattr(sheet, part)):
            yield f"/{part}/{index}", rule


def _missing(place: str, rule: Rule) -> Iterator[Pointer]:
    for name in NEEDS[rule.kind]:
        if not getattr(rule, name):
            yield Pointer(f"{place}/{name}", "required", _("This rule needs it."))
    if place.startswith("/population") and not rule.cure:
        yield Pointer(f"{place}/cure", "text_missing", BOTH)


def _limits(place: str, rule: Rule) -> Iterator[Pointer]:
    low, high = rule.minimum, rule.maximum
    if rule.kind in RANGES and low is None and high is None:
        text = _("Without a minimum or a maximum this rule never applies.")
        yield Pointer(f"{place}/minimum", "required", text)
    if low is not None and high is not None and low > high:
        yield Pointer(f"{place}/maximum", "reversed", _("The maximum lies below the minimum."))
    if rule.look_back_days is not None and rule.look_back_days < 1:
        text = _("Say how many days back a value counts, or leave it out.")
        yield Pointer(f"{place}/look_back_days", "invalid", text)


def _inputs(place: str, rule: Rule, features: FeatureSchema) -> Iterator[Pointer]:
    for name in NAMES_FEATURES:
        if getattr(rule, name) and getattr(rule, name) not in features:
            yield Pointer(f"{place}/{name}", "unknown_feature", _("No such input."))
    if rule.kind != "input_not_among" or rule.feature not in features:
        return
    known = {category.value for category in features[rule.feature].categories}
    if not known.issuperset(rule.values):
        yield Pointer(f"{place}/values", "unknown_answer", _("No such answer."))
