"""Quantities that are measured on one round and entered on one form."""

from __future__ import annotations

from dataclasses import dataclass

from diagnosis.records.codes.model import Text
from medportal.common.text import localized


@dataclass(frozen=True)
class ObservationSet:
    """Codes of the dictionary, in the order in which they are measured."""

    slug: str
    label: Text
    codes: tuple[str, ...]

    @property
    def name(self) -> str:
        return localized(self.label)


SETS = (
    ObservationSet(
        "vital-signs",
        {"en": "Vital signs", "zh-Hans": "生命体征"},
        ("8480-6", "8462-4", "8867-4", "9279-1", "8310-5", "59408-5"),
    ),
    ObservationSet(
        "body",
        {"en": "Height and weight", "zh-Hans": "身高与体重"},
        ("8302-2", "29463-7"),
    ),
    ObservationSet(
        "liver",
        {"en": "Liver tests", "zh-Hans": "肝功能"},
        ("1975-2", "1751-7", "5902-2", "1920-8", "1742-6", "6768-6"),
    ),
    ObservationSet(
        "kidney",
        {"en": "Kidney and electrolytes", "zh-Hans": "肾功能与电解质"},
        ("2160-0", "3094-0", "2951-2", "2823-3"),
    ),
    ObservationSet(
        "blood-count",
        {"en": "Blood count", "zh-Hans": "血常规"},
        ("718-7", "6690-2", "777-3", "4544-3"),
    ),
    ObservationSet(
        "metabolism",
        {"en": "Glucose and lipids", "zh-Hans": "血糖与血脂"},
        ("1558-6", "4548-4", "2093-3", "2085-9", "2571-8"),
    ),
)


def find_set(slug: str) -> ObservationSet | None:
    return next((one for one in SETS if one.slug == slug), None)
