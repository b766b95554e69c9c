"""Columns that the search reads, filled from the text beside them whenever a row is written."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from diagnosis.records import names


class FoldedText(models.TextField[Any, Any]):
    """The folded words of ``text``; the leading space starts the first word."""

    def pre_save(self, model_instance: Any, add: bool) -> str:  # noqa: ARG002, FBT001  # Django's
        return " " + " ".join(names.words(model_instance.text))


class PartHashes(ArrayField[Any, Any]):
    """What the beginnings and ends of a number are looked up by."""

    def pre_save(self, model_instance: Any, add: bool) -> list[str]:  # noqa: ARG002, FBT001  # Django's
        return names.part_hashes(model_instance.organisation_id, model_instance.value)


class Grams(ArrayField[Any, Any]):
    """The Chinese characters of ``text`` and their pairs, which trigrams do not find."""

    def pre_save(self, model_instance: Any, add: bool) -> list[str]:  # noqa: ARG002, FBT001  # Django's
        return names.grams(model_instance.text)
