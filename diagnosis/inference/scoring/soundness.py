"""Whether the reasons of a result may be shown: they must pass their own check first.

One function decides for page, print, copied text, REST and FHIR alike. It looks at the stored
numbers only, so that what was damaged after it was computed is withheld as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diagnosis.inference.stored.reasons import LOG_ODDS, Attribution, OnLogOdds
from diagnosis.results import RESULT_KINDS

LARGEST_GAP = 1e-4
"""Base and contributions must give the stored estimate to a hundredth of a point; one beyond 1 to
as many of its digits."""

WORDS: dict[str, str | Promise] = {
    "empty": _("no contributions are stored"),
    "other_scale": _("they are not on the scale of the result"),
    "not_finite": _("a contribution is not a number"),
    "no_error": _("the error of a contribution is not known"),
    "gap": _("they did not add up when they were computed"),
    "does_not_add_up": _("they do not add up to the result"),
    "no_background": _("it is not known with whom the patient was compared"),
}
"""What is wrong, as the end of a sentence."""

Content = Mapping[str, Any]


LARGEST_LOG_ODDS_GAP = 1e-3
"""Wider: the log-odds of a probability that was kept in six digits."""

SURE = 1.96
"""Standard errors to either side: a 95 % interval."""


def is_distinguishable(one: Attribution) -> bool:
    """Whether the 95 % interval of a contribution leaves out zero."""
    return abs(one.contribution) >= SURE * _number(one.standard_error)


def fault(content: Content | None, headline: float | None) -> str:
    """Why this explanation must not be shown, a key of ``WORDS``; empty where it may be."""
    given = _entries(content)
    if not content or not given or headline is None:
        return "empty"
    return next((code for code, holds in _checks(content, given, headline) if not holds), "")


def _entries(content: Content | None) -> list[Content]:
    given = (content or {}).get("attributions")
    is_list = isinstance(given, list) and all(isinstance(entry, Mapping) for entry in given)
    return list(given) if is_list and given else []


def _checks(content: Content, given: list[Content], headline: float) -> Iterator[tuple[str, bool]]:
    """Each check in turn: one may rely on those before it."""
    yield "other_scale", content.get("scale") in {kind.word for kind in RESULT_KINDS.values()}
    yield "not_finite", _are_numbers(content, given)
    yield "no_error", all(_is_error(entry.get("standard_error")) for entry in given)
    yield "gap", abs(_number(content.get("additivity_gap"))) <= _gap(headline)
    yield "does_not_add_up", _adds_up(content, given, headline)
    yield "no_background", _is_known(content.get("background"))


def log_odds(content: Content | None, probability: float) -> OnLogOdds | None:
    """The reasons on the log-odds, where they pass the same check; None where they do not."""
    found = ((content or {}).get("scales") or {}).get(LOG_ODDS)
    if not isinstance(found, Mapping) or not isinstance(found.get("contributions"), Mapping):
        return None
    given = list(found["contributions"].values())
    names = {entry.get("feature") for entry in _entries(content)}
    if set(found["contributions"]) != names or not all(isinstance(e, Mapping) for e in given):
        return None
    total = _number(found.get("base_value")) + sum(_number(e.get("contribution")) for e in given)
    result = math.log(probability / (1 - probability)) if 0 < probability < 1 else math.nan
    are_known = all(_is_error(entry.get("standard_error")) for entry in given)
    adds_up = abs(total - result) <= LARGEST_LOG_ODDS_GAP
    return OnLogOdds.from_dict(found) if are_known and adds_up else None


def _number(value: Any) -> float:
    """The value, or not-a-number: which passes no comparison."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number else math.nan


def _is_error(value: Any) -> bool:
    return math.isfinite(_number(value)) and _number(value) >= 0


def _are_numbers(content: Content, given: list[Content]) -> bool:
    """Each input once, each with a number."""
    names = [entry.get("feature") for entry in given]
    values = [content.get("base_value"), *(entry.get("contribution") for entry in given)]
    return len(set(names)) == len(names) and all(math.isfinite(_number(v)) for v in values)


def _gap(headline: float) -> float:
    return LARGEST_GAP * max(1.0, abs(headline))


def _adds_up(content: Content, given: list[Content], headline: float) -> bool:
    total = _number(content["base_value"]) + sum(_number(e["contribution"]) for e in given)
    explained, most = _number(content.get("prediction", headline)), _gap(headline)
    return abs(total - headline) <= most and abs(explained - headline) <= most


def _is_known(background: Any) -> bool:
    if not isinstance(background, Mapping):
        return False
    rows = background.get("rows")
    return bool(background.get("name")) and isinstance(rows, int) and rows > 0
