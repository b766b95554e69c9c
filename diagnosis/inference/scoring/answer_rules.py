"""What the answer itself says: outside the limits of its sheet the number is refused."""

from __future__ import annotations

from diagnosis.inference.stored.entry import Snapshot, converted_of
from diagnosis.inference.stored.refusal import Ground
from diagnosis.ml import FeatureSchema
from diagnosis.registry.sheet.rules import METRES, Rule
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.result import Result


def broken(sheet: Sheet, schema: FeatureSchema, inputs: Snapshot, result: Result) -> list[Ground]:
    """One ground a rule that the headline breaks; none where no single number speaks."""
    headline = result.headline
    if headline is None:
        return []
    return [
        Ground(rule.code, rule.reason, rule.features, rule.cure, rule.source)
        for rule in sheet.answer_rules
        if not _holds(rule, _judged(rule, schema, inputs, headline.value))
    ]


def _holds(rule: Rule, judged: float | None) -> bool:
    return judged is not None and rule.admits(judged)


def _judged(rule: Rule, schema: FeatureSchema, inputs: Snapshot, answer: float) -> float | None:
    """The answer, or so much of it as falls on each square metre of the length that is named."""
    if rule.kind != "answer_per_square_metre":
        return answer
    length = converted_of(inputs, rule.feature)
    if not length:
        return None
    metres = length * METRES[schema[rule.feature].unit or "m"]
    return answer / (metres * metres)
