"""Nouns whose row has exactly their fields: what is there is read, the rest stays open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Stored = Mapping[str, Any]


def known(noun: type[DataclassInstance], stored: Stored) -> dict[str, Any]:
    """What a row keeps of the fields of ``noun``; earlier code kept fewer."""
    return {one.name: stored[one.name] for one in fields(noun) if one.name in stored}


def written(noun: DataclassInstance) -> dict[str, Any]:
    """Every field, as it stands; nouns within it are left to their own ``to_dict``."""
    return {one.name: getattr(noun, one.name) for one in fields(noun)}
