"""Bands are data of the service sheet: limits, the action they stand for, and its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Band = Mapping[str, Any]
TOLERANCE = 1e-12


def cover_everything(listed: Sequence[Band]) -> bool:
    """Whether the bands follow each other from 0 to 1 without gap or overlap."""
    edge = 0.0
    for band in listed:
        limits = (band.get("lower"), band.get("upper"))
        if not all(isinstance(limit, (int, float)) for limit in limits):
            return False
        lower, upper = float(band["lower"]), float(band["upper"])
        if abs(lower - edge) > TOLERANCE or upper <= edge:
            return False
        edge = upper
    return abs(edge - 1.0) <= TOLERANCE


def band_of(sheet: Mapping[str, Any], probability: float) -> Band | None:
    """The band of a probability; None where the service has no bands."""
    listed: Sequence[Band] = sheet.get("bands") or ()
    for band in listed:
        upper = float(band["upper"])
        if probability < upper or (probability <= upper and band.get("upper_inclusive", True)):
            return band
    return listed[-1] if listed else None


def number_of(sheet: Mapping[str, Any], probability: float) -> int:
    """Which band from below, counted from 0; 0 where the service has none."""
    band = band_of(sheet, probability)
    return 0 if band is None else list(sheet["bands"]).index(band)


def band_named(sheet: Mapping[str, Any], code: str) -> Band | None:
    return next((band for band in sheet.get("bands") or () if band["code"] == code), None)


def asking_codes(sheet: Mapping[str, Any]) -> list[str]:
    """Bands whose result should not wait: all but the lowest, unless the sheet says otherwise.

    Where even the lowest band stands for the same action as the next one, it asks, too.
    """
    listed: Sequence[Band] = sheet.get("bands") or ()
    return [band["code"] for index, band in enumerate(listed) if _asks(listed, index)]


def _asks(listed: Sequence[Band], index: int) -> bool:
    band = listed[index]
    if "asks" in band:
        return bool(band["asks"])
    return index > 0 or (len(listed) > 1 and listed[1]["action"] == band["action"])


def action_named(sheet: Mapping[str, Any], code: str) -> Mapping[str, Any] | None:
    return next((action for action in sheet.get("actions") or () if action["code"] == code), None)
