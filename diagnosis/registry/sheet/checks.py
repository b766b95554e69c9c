"""What a service sheet must hold before its service may exist: every problem at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from diagnosis.ml import FeatureSchema, SchemaError
from diagnosis.registry.sheet import answers, band_checks, rule_checks
from diagnosis.registry.sheet.kinds import BOTH, has_both_languages
from diagnosis.registry.sheet.sheets import Sheet
from medportal.common.errors import DomainError, Pointer
from medportal.common.json_bodies import step
from medportal.common.text import LANGUAGES, Text

GAP = "gap"
"""The code of bands that do not cover the scale."""
SHORT_NAME = 24
"""Letters that a line of the worklist has room for."""
LIMIT = re.compile(r"/bands(/\d+(/(lower|upper))?)?")
BANDS = re.compile(r"/bands(/\d+(/code)?)?")
SLUG = re.compile(r"[-a-zA-Z0-9_]{1,60}")
LONGEST_ACTION = 60
"""Letters that a decision keeps of the code of its action."""
FLAGS = (
    "offered_on_chart", "in_worklist", "patient_sheet", "hidden_from_nurses", "ask_own_estimate",
)  # fmt: skip
HABITS = ("ask_own_estimate",)
"""Of those the house's own: the sheet says how it begins, the administrator how it goes on."""
FREQUENCY = ("n", "rest", "people", "event", "not_event")
TEMPLATES = {
    "template": (*FREQUENCY, "average"),
    "patient_template": FREQUENCY,
    "possible": ("classes", "level"),
}
"""Sentences with places to fill, and the places that can be filled."""


ANOTHER_SERVICE = _(
    "Results of before stand in lists and trends beside new ones. Define a new service with "
    "another slug, and retire this one."
)


def demand_same_question(before: Sheet, now: Sheet) -> None:
    """Refuse another kind of answer or another unit: lists and trends would mix the two."""
    units = [one.scale.unit if one.scale else None for one in (before, now)]
    changed = [
        Pointer(pointer, "fixed", ANOTHER_SERVICE)
        for pointer, is_other in (
            ("/kind", before.kind != now.kind),
            ("/scale/unit", len(set(units)) > 1),
        )
        if is_other
    ]
    if changed:
        raise DomainError(
            "other_question",
            _("A service keeps its kind of answer and its unit for life."),
            status=409,
            pointers=changed,
        )


def check_service(
    found: Mapping[str, Any], schema: Mapping[str, Any]
) -> tuple[Sheet, FeatureSchema]:
    """Sheet and schema, read; DomainError with a pointer to each thing missing or wrong."""
    try:
        features = FeatureSchema.from_dict(schema)
    except SchemaError as error:
        raise DomainError(
            "schema_invalid", _("The inputs of the service are not valid."),
            pointers=[Pointer("/schema", "invalid", str(error))],
        ) from error  # fmt: skip
    problems = [
        *sheet_problems(found, features),
        *_schema_problems(schema.get("features", ()), features),
    ]
    if problems:
        raise DomainError(
            "sheet_invalid", _("The service sheet is not complete."), pointers=problems
        )
    return Sheet.from_dict(found), features


def sheet_problems(found: Any, features: FeatureSchema) -> list[Pointer]:
    """First each field by itself, then what they say together; no place is complained of twice."""
    shape = list(Sheet.problems(found))
    sheet = Sheet.from_dict(found)
    told = {problem.pointer for problem in shape}
    return shape + [
        problem
        for check in CHECKS
        for problem in check(sheet, features)
        if not any(_comes_of(problem, place) for place in told)
    ]


def _comes_of(problem: Pointer, place: str) -> bool:
    """Whether it is told already: at the same place, within it, or of a limit that is not there."""
    if problem.code == GAP and LIMIT.fullmatch(place):
        return True
    if problem.code == band_checks.UNKNOWN and BANDS.fullmatch(place):
        return True
    return problem.pointer == place or problem.pointer.startswith(f"{place}/")


def _facts(sheet: Sheet, _features: FeatureSchema) -> Iterator[Pointer]:
    if not SLUG.fullmatch(sheet.slug):
        text = _("A name for addresses: up to 60 letters without accent, digits, - and _.")
        yield Pointer("/slug", "invalid", text)
    if any(len(text) > SHORT_NAME for text in (sheet.short_name or {}).values()):
        message = _("A short name has at most {n} letters: it stands in the worklist.")
        yield Pointer("/short_name", "too_long", message.format(n=SHORT_NAME))
    if not sheet.never:
        yield Pointer("/never", "required", _("Say what the service is never used for."))
    if sheet.validity_days < 1:
        yield Pointer("/validity_days", "required", _("Say how many days a result is valid."))
    if sheet.horizon.days is not None and sheet.horizon.days < 1:
        text = _("Say how many days the horizon has, or null where the event is there now.")
        yield Pointer("/horizon/days", "invalid", text)


def _actions(sheet: Sheet, _features: FeatureSchema) -> Iterator[Pointer]:
    if not sheet.actions:
        yield Pointer("/actions", "required", _("Name the actions that can be decided."))
    seen: set[str] = set()
    for index, action in enumerate(sheet.actions):
        place = f"/actions/{index}/code"
        if action.code in seen:
            yield Pointer(place, "code", _("Each action needs a code of its own."))
        if len(action.code) > LONGEST_ACTION:
            yield Pointer(place, "too_long", _("At most 60 letters."))
        seen.add(action.code)


def _templates(sheet: Sheet, _features: FeatureSchema) -> Iterator[Pointer]:
    """A place that nobody fills would break every page of a result."""
    for name, places in TEMPLATES.items():
        text: Text | None = getattr(sheet.sentence, name)
        if text and not all(_can_be_filled(one, places) for one in text.values()):
            message = _("The places to fill are: {places}.")
            listed = ", ".join(f"{{{place}}}" for place in places)
            pointer = f"/sentence/{name}"
            yield Pointer(pointer, "unknown_place", message.format(places=listed))


def _can_be_filled(template: str, places: tuple[str, ...]) -> bool:
    try:
        template.format(**dict.fromkeys(places, ""))
    except (KeyError, IndexError, ValueError, AttributeError):
        return False
    return True


def _never(sheet: Sheet, features: FeatureSchema) -> Iterator[Pointer]:
    """Each point names rules that refuse or required inputs, or is marked as unchecked."""
    rules = {rule.code for rule in sheet.refusing}
    required = {feature.name for feature in features if feature.required}
    for index, point in enumerate(sheet.never):
        place = f"/never/{index}"
        if point.is_checked == point.unchecked:
            text = _("Name the rule that checks this, or mark it as unchecked.")
            yield Pointer(place, "not_tied", text)
        if not rules.issuperset(point.rules):
            yield Pointer(f"{place}/rules", "unknown_rule", _("The service has no such rule."))
        if not required.issuperset(point.inputs):
            text = _("Only an input without which nothing is run checks this.")
            yield Pointer(f"{place}/inputs", "not_required", text)


def _contradictions(sheet: Sheet, features: FeatureSchema) -> Iterator[Pointer]:
    for name in sheet.contradiction_notes:
        if name not in features:
            place = f"/contradiction_notes/{step(name)}"
            yield Pointer(place, "unknown_feature", _("No such input."))


def _conditions(sheet: Sheet, features: FeatureSchema) -> Iterator[Pointer]:
    """A number that is there only with some answers to an input which is always known."""
    for index, one in enumerate(sheet.estimates):
        asked = one.only_with
        if asked is None:
            continue
        place = f"/estimates/{index}/only_with"
        if asked.feature not in features:
            yield Pointer(f"{place}/feature", "unknown_feature", _("No such input."))
            continue
        feature = features[asked.feature]
        if not feature.required:
            text = _("Only an input without which nothing is run decides this.")
            yield Pointer(f"{place}/feature", "not_required", text)
        if not {category.value for category in feature.categories}.issuperset(asked.values):
            yield Pointer(f"{place}/values", "unknown_value", _("The input has no such answer."))


def _kind(sheet: Sheet, _features: FeatureSchema) -> Iterator[Pointer]:
    """What the pages of its answer need: each kind judges that itself."""
    kind = answers.named(sheet.kind)
    if kind is None:
        text = _("No kind of answer is called {name}. There are: {names}.")
        said = text.format(name=sheet.kind, names=answers.names())
        yield Pointer("/kind", "unknown_kind", said)
        return
    yield from kind.problems(sheet)
    if sheet.answer_rules and kind.headline(sheet) is None:
        text = _("Only an answer that one number speaks for can be judged by it.")
        yield Pointer("/answer_rules", "no_headline", text)


CHECKS: tuple[Callable[[Sheet, FeatureSchema], Iterator[Pointer]], ...] = (
    _facts, _actions, _templates, _never, _contradictions, _conditions,
    rule_checks.problems, band_checks.problems, _kind,
)  # fmt: skip


def one_language(found: Any, pointer: str = "") -> Iterator[Pointer]:
    """Every text that is there in one language alone."""
    if isinstance(found, Mapping):
        if any(language in found for language in LANGUAGES):
            if not has_both_languages(found):
                yield Pointer(pointer, "language_missing", BOTH)
            return
        for name, inner in found.items():
            yield from one_language(inner, f"{pointer}/{name}")
    elif isinstance(found, (list, tuple)):
        for index, inner in enumerate(found):
            yield from one_language(inner, f"{pointer}/{index}")


def _schema_problems(listed: Any, features: FeatureSchema) -> Iterator[Pointer]:
    if not len(features):
        yield Pointer("/schema", "required", _("The service has no inputs."))
    yield from one_language(listed, "/schema/features")
    for index, feature in enumerate(features):
        if not has_both_languages(feature.label):
            place = f"/schema/features/{index}/label"
            yield Pointer(place, "language_missing", BOTH)
        if not answers.is_shown(feature.kind):
            text = _("No page shows an input of the kind {name}.").format(name=feature.kind)
            yield Pointer(f"/schema/features/{index}/kind", "unknown_kind", text)
