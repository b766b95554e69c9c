"""A kind of input that nobody but the tests knows, as the clinic sees it: so many numbers in a row.

This folder and a line in ``INPUT_KINDS`` are the clinic's half of ``tests/ml/inputs/strip.py``.
"""

from __future__ import annotations

from typing import Any

from diagnosis.inputs.kind import NOTHING, GivenValue, Numbers, Sent, Single, Templates
from diagnosis.ml import Feature
from medportal.common.quantities import unit as printed
from tests.ml.inputs.strip import CUT

CODES = {"not_a_strip": "Write {n} numbers with a semicolon between them."}


class ShownStrip:
    name = "strip"
    is_choice = False
    templates = Templates(field="strip/_field.html", reason="strip/_reason.html")

    def given(
        self, feature: Feature, value: Any, unit: str | None
    ) -> tuple[GivenValue, str | None]:
        found, code = feature.input.read(feature, value)
        if not isinstance(found, tuple):
            return NOTHING, None if code == "required_missing" else code
        return GivenValue(text_of(found), unit or feature.unit, None, found), None

    def explain(
        self, feature: Feature, code: str, value: Any = None, unit: str | None = None
    ) -> str:
        return CODES[code].format(n=feature.shape[0])

    def posted(self, feature: Feature, text: str, unit: str) -> tuple[Sent, str]:
        _found, code = feature.input.read(feature, text)
        return {"value": text}, self.explain(feature, code) if code else ""

    def of_chart(self, feature: Feature, converted: Single) -> float | None:
        return None

    def raw(self, feature: Feature, converted: float | None, block: Numbers | None) -> Any:
        return None if block is None else list(block)

    def own(self, feature: Feature, value: Single, unit: str | None) -> float | None:
        return None

    def said(self, feature: Feature, value: Any, unit: str | None) -> str:
        return f"{value} {printed(unit or feature.unit)}".strip() if value else ""

    def said_of_model(self, feature: Feature, converted: float, *, alone: bool = True) -> str:
        return ""

    def rest(self, value: Single, block: Numbers | None) -> Single | list[float]:
        return value if block is None else list(block)

    def fhir(self, feature: Feature, block: Numbers | None) -> dict[str, Any]:
        data = " ".join(f"{number:g}" for number in block or ())
        return {"valueSampledData": {"origin": {"value": 0}, "dimensions": 1, "data": data}}


def text_of(block: Numbers) -> str:
    return f"{CUT} ".join(f"{number:g}" for number in block)
