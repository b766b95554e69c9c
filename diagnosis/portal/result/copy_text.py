"""A result as three lines for another record: result, inputs and reasons, version and decision."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from diagnosis.inference.models import Decision, Prediction
from diagnosis.portal.result.reasons.shown import Reasons
from diagnosis.portal.result.result_number import Number
from diagnosis.portal.words.figures import stored_time
from diagnosis.portal.words.inputs_shown import ShownInput
from medportal.common import signs
from medportal.common.text import localized


def _inputs(shown: Iterable[ShownInput]) -> str:
    parts = []
    for one in shown:
        if one.filled_in:
            facts = {"why": one.missing_words, "assumed": one.assumed or "–"}
            parts.append(f"{one.label} " + _("%(why)s: %(assumed)s") % facts)
            continue
        beside = _("; ").join(filter(None, (one.when, one.range.words if one.range else "")))
        parts.append(f"{one.label} {one.value}" + (signs.aside(beside) if beside else ""))
    return _("; ").join(parts)


def decision_words(prediction: Prediction, decision: Decision) -> str:
    """Assessment and action, as one reads them."""
    label = prediction.definition.action_label(decision.action)
    words = decision.action_text or localized(label)
    return _("; ").join(filter(None, (decision.get_assessment_display(), words)))


def copy_text(
    prediction: Prediction,
    number: Number,
    shown: Iterable[ShownInput],
    reasons: Reasons | None,
    decision: Decision | None,
    address: str,
) -> str:
    """Three lines, without the patient's name: the record into which they go knows it."""
    band = _(", {band}").format(band=number.band.label) if number.band else ""
    interval = signs.aside(number.interval_short) if number.interval_short else ""
    horizon = localized(prediction.definition.horizon.text)
    first = _("{service}, {horizon}: {estimate}. {sentence}").format(
        service=prediction.service.name,
        horizon=horizon,
        estimate=f"{number.said}{interval}{band}",
        sentence=number.sentence,
    )
    third = _provenance(prediction, decision, address)
    second = _inputs(shown)
    if reasons:
        second = _("{inputs}. {reasons}").format(inputs=second, reasons=reasons.sentence)
    return "\n".join((first, *standing_lines(prediction), second, third))


def standing_lines(prediction: Prediction) -> list[str]:
    """The rules that hold whatever the score go wherever the number goes."""
    return [localized(rule.message) for rule in prediction.standing]


def refusal_text(
    prediction: Prediction, shown: Iterable[ShownInput], decision: Decision | None, address: str
) -> str:
    """The same of a run without a number: why there is none, and what holds all the same."""
    refused = prediction.refused
    first = _("{service}: not scored. {why}").format(
        service=prediction.service.name,
        why=localized(refused.message) if refused else "",
    )
    third = _provenance(prediction, decision, address)
    return "\n".join((first, *standing_lines(prediction), _inputs(shown), third))


def _provenance(prediction: Prediction, decision: Decision | None, address: str) -> str:
    decided = (
        _("Decision: {decision}").format(decision=decision_words(prediction, decision))
        if decision
        else _("Not yet decided")
    )
    return _("MedPortal, version {version}, {time}. {decided}. {link}").format(
        version=prediction.version.number,
        time=stored_time(prediction.finished_at),
        decided=decided,
        link=address,
    )
