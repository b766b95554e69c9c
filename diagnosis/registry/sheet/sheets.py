"""What a service sheet must hold before its service may exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from diagnosis.ml import FeatureSchema, SchemaError
from diagnosis.registry.sheet import bands, not_for
from medportal.common.errors import DomainError, Pointer
from medportal.common.text import LANGUAGES

Sheet = Mapping[str, Any]

TEXTS = ("name", "question", "user", "when")
OPTIONAL_TEXTS = ("short_name", "population_note", "band_note")
SHORT_NAME = 24
"""Letters that a line of the worklist has room for."""
SENTENCE_TEXTS = ("people", "event", "not_event")
FLAGS = (
    "offered_on_chart", "in_worklist", "patient_sheet", "hidden_from_nurses", "ask_own_estimate",
)  # fmt: skip
HABITS = ("ask_own_estimate",)
"""Of those the house's own: the sheet says how it begins, the administrator how it goes on."""
RULES: dict[str, tuple[str, ...]] = {  # kind: what it cannot do without
    "age": (),
    "sex": ("allowed",),
    "condition_absent": ("codes",),
    "condition_present": ("codes", "question"),
    "medication_absent": ("codes",),
    "input_range": ("feature",),
    "input_not_among": ("feature", "values"),
    "observation_range": ("codes", "unit"),
    "ratio_range": ("numerator", "denominator"),
    "outcome_absent": (),
    "confirm": ("question",),
}
NAMES_FEATURES = ("feature", "numerator", "denominator")


def check_service(sheet: Sheet, schema: Mapping[str, Any]) -> FeatureSchema:
    """The schema, read; DomainError with a pointer to each thing that is missing or wrong."""
    try:
        features = FeatureSchema.from_dict(schema)
    except SchemaError as error:
        raise DomainError(
            "schema_invalid", _("The inputs of the service are not valid."),
            pointers=[Pointer("/schema", "invalid", str(error))],
        ) from error  # fmt: skip
    problems = [*_sheet_problems(sheet, features), *_schema_problems(schema, features)]
    if problems:
        raise DomainError(
            "sheet_invalid", _("The service sheet is not complete."), pointers=problems
        )
    return features


def _sheet_problems(sheet: Sheet, features: FeatureSchema) -> Iterator[Pointer]:
    yield from one_language(sheet)
    yield from _missing_texts(sheet)
    yield from _missing_facts(sheet)
    yield from _rule_problems(sheet, features)
    yield from not_for.problems(sheet, features)
    yield from _band_problems(sheet)


def one_language(found: Any, pointer: str = "") -> Iterator[Pointer]:
    """Every text of a sheet that is there in one language alone."""
    if isinstance(found, Mapping):
        if any(language in found for language in LANGUAGES):
            if not has_both_languages(found):
                yield Pointer(pointer, "language_missing", _("Needs a text in both languages."))
            return
        for name, inner in found.items():
            yield from one_language(inner, f"{pointer}/{name}")
    elif isinstance(found, (list, tuple)):
        for index, inner in enumerate(found):
            yield from one_language(inner, f"{pointer}/{index}")


def has_both_languages(text: Any) -> bool:
    return isinstance(text, Mapping) and all(
        isinstance(text.get(language), str) and text[language].strip() for language in LANGUAGES
    )


def _text_places(sheet: Sheet) -> Iterator[tuple[str, Any]]:
    yield from ((f"/{name}", sheet.get(name)) for name in TEXTS)
    yield from ((f"/{name}", sheet[name]) for name in OPTIONAL_TEXTS if sheet.get(name))
    horizon, sentence = sheet.get("horizon") or {}, sheet.get("sentence") or {}
    yield "/horizon/text", horizon.get("text")
    yield from ((f"/sentence/{name}", sentence.get(name)) for name in SENTENCE_TEXTS)
    for index, action in enumerate(sheet.get("actions") or ()):
        yield f"/actions/{index}/label", action.get("label")
    for index, band in enumerate(sheet.get("bands") or ()):
        yield from ((f"/bands/{index}/{name}", band.get(name)) for name in ("label", "text"))
    for place, rule in _rules(sheet):
        yield from _texts_of_rule(place, rule)


def _texts_of_rule(place: str, rule: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield f"{place}/reason", rule.get("reason")
    if place.startswith("/population"):
        yield f"{place}/cure", rule.get("cure")
    if "question" in RULES.get(str(rule.get("kind")), ()):
        yield f"{place}/question", rule.get("question")


def _missing_texts(sheet: Sheet) -> Iterator[Pointer]:
    for pointer, text in _text_places(sheet):
        if not isinstance(text, Mapping):
            yield Pointer(pointer, "text_missing", _("Needs a text in both languages."))


def _missing_facts(sheet: Sheet) -> Iterator[Pointer]:
    if any(len(text) > SHORT_NAME for text in dict(sheet.get("short_name") or {}).values()):
        message = _("A short name has at most {n} letters: it stands in the worklist.")
        yield Pointer("/short_name", "too_long", message.format(n=SHORT_NAME))
    if not sheet.get("never"):
        yield Pointer("/never", "required", _("Say what the service is never used for."))
    days = sheet.get("validity_days")
    if not isinstance(days, int) or isinstance(days, bool) or days < 1:
        yield Pointer("/validity_days", "required", _("Say how many days a result is valid."))
    for name in FLAGS:
        if not isinstance(sheet.get(name), bool):
            yield Pointer(f"/{name}", "required", _("Say yes or no."))
    if not sheet.get("actions"):
        yield Pointer("/actions", "required", _("Name the actions that can be decided."))


def _rules(sheet: Sheet) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for part in ("population", "warnings"):
        for index, rule in enumerate(sheet.get(part) or ()):
            yield f"/{part}/{index}", rule


def _rule_problems(sheet: Sheet, features: FeatureSchema) -> Iterator[Pointer]:
    seen: set[str] = set()
    for place, rule in _rules(sheet):
        kind, code = rule.get("kind"), str(rule.get("code", ""))
        if not code or code in seen:
            yield Pointer(f"{place}/code", "code", _("Each rule needs a code of its own."))
        seen.add(code)
        if kind not in RULES:
            yield Pointer(f"{place}/kind", "unknown_kind", _("No rule of this kind is known."))
            continue
        for name in RULES[str(kind)]:
            if not rule.get(name):
                yield Pointer(f"{place}/{name}", "required", _("This rule needs it."))
        for name in NAMES_FEATURES:
            if name in rule and rule[name] not in features:
                yield Pointer(f"{place}/{name}", "unknown_feature", _("No such input."))
        yield from _answer_problems(place, rule, features)


def _answer_problems(
    place: str, rule: Mapping[str, Any], features: FeatureSchema
) -> Iterator[Pointer]:
    """A rule about answers names answers that its input can have: a typing error never applies."""
    if rule.get("kind") != "input_not_among" or rule.get("feature") not in features:
        return
    known = {category.value for category in features[rule["feature"]].categories}
    if not known.issuperset(rule.get("values") or ()):
        yield Pointer(f"{place}/values", "unknown_answer", _("No such answer."))


def _band_problems(sheet: Sheet) -> Iterator[Pointer]:
    known = {action.get("code") for action in sheet.get("actions") or ()}
    listed = sheet.get("bands") or ()
    for index, band in enumerate(listed):
        if band.get("action") not in known:
            yield Pointer(f"/bands/{index}/action", "unknown_action", _("No such action."))
        if not band.get("source"):
            yield Pointer(f"/bands/{index}/source", "required", _("Say where the band is from."))
    codes = {band.get("code") for band in listed}
    for index, note in enumerate(sheet.get("result_notes") or ()):
        if not codes.issuperset(note.get("bands") or ()):
            yield Pointer(f"/result_notes/{index}/bands", "unknown_band", _("No such band."))
    if listed and not bands.cover_everything(listed):
        yield Pointer("/bands", "gap", _("The bands must cover 0 to 1 without a gap."))


def _schema_problems(schema: Mapping[str, Any], features: FeatureSchema) -> Iterator[Pointer]:
    if not len(features):
        yield Pointer("/schema", "required", _("The service has no inputs."))
    yield from one_language(schema.get("features", ()), "/schema/features")
    for index, feature in enumerate(features):
        if not has_both_languages(feature.label):
            place = f"/schema/features/{index}/label"
            yield Pointer(place, "language_missing", _("Needs a text in both languages."))
