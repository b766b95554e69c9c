"""What a rule must hold so that it can apply: a typing error never does."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from diagnosis.ml import Feature, FeatureSchema
from diagnosis.registry.sheet.kinds import BOTH
from diagnosis.registry.sheet.rules import METRES, NEEDS, OF_ANSWERS, RANGES, Rule
from diagnosis.registry.sheet.sheets import Sheet
from medportal.common.errors import Pointer

NAMES_FEATURES = ("feature", "numerator", "denominator")


def problems(sheet: Sheet, features: FeatureSchema) -> Iterator[Pointer]:
    seen: set[str] = set()
    for place, rule in _placed(sheet):
        if not rule.code or rule.code in seen:
            yield Pointer(f"{place}/code", "code", _("Each rule needs a code of its own."))
        seen.add(rule.code)
        needs = OF_ANSWERS if place.startswith("/answer_rules") else NEEDS
        if rule.kind not in needs:
            yield Pointer(f"{place}/kind", "unknown_kind", _("No rule of this kind is known."))
            continue
        yield from _missing(place, rule, needs[rule.kind])
        yield from _limits(place, rule)
        if rule.asks and needs is OF_ANSWERS:
            text = _("Nobody can confirm away what the answer itself says: leave the question out.")
            yield Pointer(f"{place}/question", "not_asked", text)
        yield from _inputs(place, rule, features)


def _placed(sheet: Sheet) -> Iterator[tuple[str, Rule]]:
    for part in ("population", "warnings", "answer_rules"):
        for index, rule in enumerate(getattr(sheet, part)):
            yield f"/{part}/{index}", rule


def _missing(place: str, rule: Rule, needed: tuple[str, ...]) -> Iterator[Pointer]:
    for name in needed:
        if not getattr(rule, name):
            yield Pointer(f"{place}/{name}", "required", _("This rule needs it."))
    if not place.startswith("/warnings") and not rule.cure:
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
    if rule.kind == "answer_per_square_metre" and rule.feature in features:
        yield from _length(place, features[rule.feature])
    if rule.kind != "input_not_among" or rule.feature not in features:
        return
    known = {category.value for category in features[rule.feature].categories}
    if not known.issuperset(rule.values):
        yield Pointer(f"{place}/values", "unknown_answer", _("No such answer."))


def _length(place: str, feature: Feature) -> Iterator[Pointer]:
    """A length that is always known: else a refusal would hang on what nobody measured."""
    if feature.unit not in METRES:
        text = _("Only a length in {units} has a square in metres.")
        yield Pointer(f"{place}/feature", "not_a_length", text.format(units=", ".join(METRES)))
    if not feature.required:
        text = _("Only an input without which nothing is run decides this.")
        yield Pointer(f"{place}/feature", "not_required", text)
