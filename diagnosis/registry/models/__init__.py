"""Services, their sheets, the versions that answer them, and how often they may be asked."""

from diagnosis.registry.models.quotas import Quota
from diagnosis.registry.models.services import Service, WardCase, met_by
from diagnosis.registry.models.sheet_versions import AppendOnlyKey, SheetVersion, sheets_until
from diagnosis.registry.models.versions import (
    FindingAnswer,
    ModelVersion,
    VersionEvent,
    VersionStructure,
)

__all__ = [
    "AppendOnlyKey",
    "FindingAnswer",
    "ModelVersion",
    "Quota",
    "Service",
    "SheetVersion",
    "VersionEvent",
    "VersionStructure",
    "WardCase",
    "met_by",
    "sheets_until",
]
