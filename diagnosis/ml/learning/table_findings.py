"""What was found in a training table: kept in the manifest, so that a reviewer can answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from diagnosis.ml.inputs.terms import Text

Figure = float | int | str

_TEXTS: Mapping[str, tuple[str, str]] = {
    "too_good": (
        "{0} alone tells the outcome almost perfectly (strength {strength}): "
        "is it known before the outcome?",
        "仅凭{0}就几乎能完全判断结局（强度{strength}）：它在结局发生之前是否已知？",
    ),
    "present_with_event": (
        "{0} is present or absent as the outcome is (strength {strength}): "
        "is it known before the outcome?",
        "{0}是否有值与结局几乎一致（强度{strength}）：它在结局发生之前是否已知？",
    ),
    "missingness": (
        "Whether {0} was measured says something of the outcome (strength {strength}): "
        "why was it not measured?",
        "{0}是否测量与结局有关（强度{strength}）：为什么有些患者没有测量？",
    ),
    "duplicate": (
        "{0} and {1} are almost the same (correlation {strength}): are both needed?",
        "{0}与{1}几乎相同（相关系数{strength}）：两者都需要吗？",
    ),
    "almost_perfect": (
        "The model tells the outcome almost perfectly (AUROC {auroc}): "
        "do its inputs hold the answer?",
        "模型几乎能完全判断结局（AUROC {auroc}）：输入中是否含有答案？",
    ),
    "few_events": (
        "{events} rows of the rarer kind for {columns} inputs: too few to be sure of anything.",
        "{columns}个输入仅对应{events}行较少一类的数据：样本太少，结论不可靠。",
    ),
    "few_rows": (
        "{rows} rows for {columns} inputs: too few to be sure of anything.",
        "{columns}个输入仅对应{rows}行数据：样本太少，结论不可靠。",
    ),
    "target_missing": (
        "{rows} rows without a target are left out, of {of}: who are they?",
        "{of}行中有{rows}行没有结局，已排除：这些是哪些患者？",
    ),
    "repeated_rows": (
        "{rows} rows stand in the table more than once: the same patient, counted twice?",
        "表中有{rows}行重复出现：是否同一患者被计入多次？",
    ),
    "repeated_identifier": (
        "{0} repeats: {rows} rows of {groups} patients or the like, measured as if each row were "
        "another patient. Name it as group.",
        "{0}有重复：{rows}行仅来自{groups}名患者（或同类对象），却按每行一名患者评估。请将其设为分组列。",
    ),
    "event_guessed": (
        "event: {event} ({percent} %). The recipe does not name it: is it right?",
        "事件：{event}（{percent}%）。训练方案未指明，是否正确？",
    ),
}
CODES = tuple(_TEXTS)


@dataclass(frozen=True)
class TableFinding:
    """One thing about a training table that somebody must answer before the model is used.

    ``features`` are the columns concerned; ``figures`` what was counted or measured.
    """

    code: str
    features: tuple[str, ...] = ()
    figures: Mapping[str, Figure] = field(default_factory=dict)

    @property
    def message(self) -> Text:
        """The finding as a sentence, in both languages."""
        shown = {name: _shown(value) for name, value in self.figures.items()}
        english, chinese = _TEXTS[self.code]
        return {
            "en": english.format(*self.features, **shown),
            "zh-Hans": chinese.format(*self.features, **shown),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return what a manifest holds."""
        return {
            "code": self.code,
            "features": list(self.features),
            "figures": dict(self.figures),
            "message": dict(self.message),
        }


def _shown(value: Figure) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def key(entry: Mapping[str, Any]) -> str:
    """Return what names one finding of a manifest: its code and its columns."""
    return ":".join((str(entry["code"]), *map(str, entry["features"])))


def hold_together(entries: Any) -> bool:
    """Whether the findings of a manifest can be shown and answered, each for itself."""
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        return False
    return all(map(_is_finding, entries)) and len({key(e) for e in entries}) == len(entries)


def _is_finding(entry: Any) -> bool:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("code"), str):
        return False
    features, message = entry.get("features"), entry.get("message")
    return (
        isinstance(features, Sequence)
        and not isinstance(features, str)
        and all(isinstance(name, str) for name in features)
        and isinstance(message, Mapping)
        and all(isinstance(message.get(language), str) for language in ("en", "zh-Hans"))
    )
