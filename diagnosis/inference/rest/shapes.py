"""Predictions as others read them (design, part 9): one language, six decimals, opaque ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diagnosis.inference.before.fitting import ServiceFit
from diagnosis.inference.lists import added
from diagnosis.inference.models import Decision, Explanation, Outcome, Prediction
from diagnosis.inference.scoring.soundness import fault, is_distinguishable
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.inference.snapshot.wording import resolved
from diagnosis.inference.stored.entry import Entry
from diagnosis.inference.stored.reasons import Attribution
from diagnosis.inference.stored.warning import Caution
from diagnosis.inputs import shown_kind
from diagnosis.results.kind import Panel
from medportal.common.plain import written
from medportal.common.text import localized

API = "/api/v1"
DECIMALS = 6
INPUT_FIELDS = ("value", "unit", "source", "observed_at", "observation", "status", "converted")
BAND_FIELDS = ("code", "label", "lower", "upper", "action", "action_code", "text", "source")
ATTRIBUTION_FIELDS = (
    "feature", "label", "value", "value_label", "unit", "contribution", "standard_error",
    "coalition_error", "distinguishable", "imputed", "against_usual", "observed_at", "observation",
    "reference_range", "outside_range", "typical_range", "typical_median", "against_typical",
    "family",
)  # fmt: skip


def rounded(value: Any) -> Any:
    """Six decimals: more would only help to copy the model."""
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, Mapping):
        return {name: rounded(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(inner) for inner in value]
    return value


def summary(prediction: Prediction) -> dict[str, Any]:
    """One line of a list."""
    return {
        "id": prediction.pk,
        "state": prediction.state,
        "service": prediction.service.slug,
        "version": prediction.version_id,
        "sheet_version": prediction.sheet.number,
        "patient": prediction.patient_id,
        "origin": prediction.origin,
        "requested_at": prediction.requested_at,
        "finished_at": prediction.finished_at,
        "expires_at": prediction.expires_at,
        "is_expired": prediction.is_expired,
        **_headline(prediction),
        "band": None if prediction.is_expired else prediction.band or None,
        "links": links(prediction),
    }


def _headline(prediction: Prediction) -> dict[str, Any]:
    """``probability`` where it is one, as ever; of another kind the estimate with its unit."""
    kind, sheet = prediction.kind, prediction.definition
    name = kind.headline(sheet) if kind else None
    if kind is None or name is None or kind.scales(sheet)[name].unit is None:
        return {"probability": rounded(prediction.headline)}
    unit = kind.scales(sheet)[name].unit
    return {
        "probability": None,
        "estimate": {"name": name, "value": rounded(prediction.headline), "unit": unit},
    }


def links(prediction: Prediction) -> dict[str, str]:
    return {
        "self": f"{API}/predictions/{prediction.pk}",
        "page": f"/predictions/{prediction.pk}/",
        "service": f"{API}/services/{prediction.service.slug}",
    }


def full(prediction: Prediction, reasons: Explanation | None) -> dict[str, Any]:
    """One prediction with everything that the caller may know of it."""
    shape = summary(prediction)
    for name in ("probability", "estimate", "band"):
        shape.pop(name, None)
    return shape | {
        "index_at": prediction.index_at,
        "inputs": {
            name: _input(prediction, name, entry) for name, entry in prediction.snapshot.items()
        },
        "confirmations": prediction.confirmations,
        "result": _result(prediction),
        "explanation": None if reasons is None else explanation(prediction, reasons),
        "added_value": _added_value(prediction),
        "standing_rules": [_standing(rule) for rule in prediction.standing],
        "refusal": rounded(resolved(prediction.refusal)),
        "warnings": resolved(prediction.warnings),
        "failure_code": prediction.failure_code or None,
    }


STANDING_FIELDS = ("code", "message", "features", "cure", "source")


def _standing(rule: Caution) -> dict[str, Any]:
    """A rule that holds whatever the score: also beside a refusal."""
    return {name: resolved(getattr(rule, name)) for name in STANDING_FIELDS}


def _input(prediction: Prediction, name: str, entry: Entry) -> dict[str, Any]:
    """The entry; a value of the chart says so, and names who brought it there beside it."""
    shown = {name: getattr(entry, name) for name in INPUT_FIELDS}
    is_charted = bool(entry.observation)
    origin = shown["source"] if is_charted else None
    if entry.block is not None:
        kind = shown_kind(schema_of(prediction.version)[name])
        shown["value"] = kind.rest(entry.value, entry.block)
    return {**shown, "source": "chart" if is_charted else shown["source"], "origin": origin}


def _result(prediction: Prediction) -> dict[str, Any] | None:
    if prediction.result is None or prediction.state != Prediction.State.DONE:
        return None
    found = rounded(resolved(prediction.result))
    band = None if prediction.is_expired else found.get("band")
    kept = {name: band.get(name) for name in BAND_FIELDS} if band else None
    return {**found, "band": kept}


def _added_value(prediction: Prediction) -> dict[str, Any] | None:
    if prediction.result is None or prediction.state != Prediction.State.DONE:
        return None
    if not prediction.offers(Panel.ADDED_VALUE):
        return None
    return dict(rounded(added.shape(prediction)))


def explanation(prediction: Prediction, reasons: Explanation) -> dict[str, Any]:
    """The reasons, or which check of their own they fail: then none of their numbers."""
    content = reasons.content or {}
    told = {"estimate": reasons.estimate or prediction.explained[0], "state": reasons.state}
    if not content:
        return told
    failed = fault(content, prediction.value_of(reasons.estimate))
    if failed:
        return {**told, "withheld": failed}
    attributions = [
        {name: resolved(getattr(one, name, None)) for name in ATTRIBUTION_FIELDS}
        | {"distinguishable": is_distinguishable(one)}
        | ({"parts": [written(part) for part in one.parts]} if one.parts else {})
        for one in map(Attribution.from_dict, content["attributions"])
    ]
    gap = content["additivity_gap"]
    kept = ("method", "scale", "output", "base_value", "background", "rows_evaluated", "seed")
    return {
        **told,
        "withheld": None,
        **rounded({name: resolved(content.get(name)) for name in kept}),
        "additivity_gap": gap,
        "attributions": rounded(attributions),
        "interactions": rounded((content.get("interactions") or {}).get("pairs") or []),
    }


def decision(row: Decision) -> dict[str, Any]:
    return {
        "id": row.pk,
        "prediction": row.prediction_id,
        "assessment": row.assessment or None,
        "action": row.action,
        "action_text": row.action_text,
        "usual_action": row.usual_action or None,
        "is_override": row.is_override,
        "reason": row.reason or None,
        "comment": row.comment,
        "own_estimate": row.own_estimate,
        "decided_at": row.decided_at,
        "amends": row.amends_id,
    }


def outcome(row: Outcome) -> dict[str, Any]:
    return {
        "id": row.pk,
        "service": row.service.slug,
        "patient": row.patient_id,
        "event": row.event,
        "occurred_on": row.occurred_on,
        "source": row.source,
    }


def fit(found: ServiceFit) -> dict[str, Any]:
    """One service before one patient: the panel of the chart, for machines."""
    return {
        "service": found.service.slug,
        "name": found.service.name,
        "question": found.service.question,
        "status": found.status,
        "version": found.version.pk,
        "missing": [
            {
                "feature": missing.feature.name,
                "label": localized(missing.feature.label),
                "status": missing.status,
                "units": list(missing.feature.units),
            }
            for missing in found.missing
        ],
        "reasons": [
            {"code": rule.code, "message": localized(rule.reason), "cure": localized(rule.cure)}
            for rule in found.reasons
        ],
        "questions": [{"code": rule.code, "message": rule.message} for rule in found.questions],
        "standing_rules": [_standing(rule) for rule in found.standing],
        "last": None if found.last is None else summary(found.last),
        "newer_data": [
            {
                "feature": newer.feature.name,
                "label": newer.label,
                "observed_at": newer.observed_at,
                "withdrawn": newer.is_withdrawn,
            }
            for newer in found.newer
        ],
        "links": {
            "service": f"{API}/services/{found.service.slug}",
            "predictions": f"{API}/services/{found.service.slug}/predictions",
        },
    }
