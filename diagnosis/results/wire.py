"""What the FHIR parts of kinds have in common; resources and addresses stay with the protocol."""

from __future__ import annotations

from diagnosis.ml.results.estimate import Scale
from medportal.common.plain import Stored
from medportal.common.quantities import unit

UCUM = "http://unitsofmeasure.org"
OWN = "urn:medportal"
DECIMALS = 4
"""Of a percentage: as exact as REST gives the probability."""


def extension(name: str, **value: Stored | bool) -> Stored:
    return {"url": f"{OWN}:fhir:{name}", **value}


def percentage(probability: float) -> float:
    return round(probability * 100, DECIMALS)


def quantity(value: float, scale: Scale) -> Stored:
    """On the scale of an estimate; a probability in per cent."""
    if scale.unit is None:
        return {"value": percentage(value), "unit": "%", "system": UCUM, "code": "%"}
    shown = {"unit": unit(scale.unit)} if unit(scale.unit) else {}
    return {"value": round(value, DECIMALS), **shown, "system": UCUM, "code": scale.unit}


def interval(ends: tuple[float, float], scale: Scale) -> Stored:
    """How far the number would move had the model been built from other patients."""
    low, high = (quantity(end, scale) for end in ends)
    return extension("interval", valueRange={"low": low, "high": high})


def contribution(value: float, scale: Scale) -> Stored:
    """Of one input: points of a probability, or as much of a quantity."""
    if scale.unit is None:
        return {"url": "points", "valueDecimal": percentage(value)}
    return {"url": "contribution", "valueQuantity": quantity(value, scale)}
