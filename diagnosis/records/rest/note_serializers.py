"""Shapes of the search in notes over REST."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from diagnosis.records.finding.note_search import LONGEST, Hit
from medportal.common.web.rest import StrictSerializer


class NoteSearchSerializer(StrictSerializer):
    """Every word has to stand in the note; ``patient`` narrows the search to one chart."""

    text = serializers.CharField(max_length=LONGEST)
    patient = serializers.UUIDField(required=False, allow_null=True)
    page = serializers.IntegerField(required=False, min_value=1, max_value=1000)


class PartSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    is_hit = serializers.BooleanField()


class ExcerptSerializer(serializers.Serializer[Any]):
    """A piece of the note; ``opens`` and ``closes`` say that it begins or ends it."""

    parts = PartSerializer(many=True)
    opens = serializers.BooleanField()
    closes = serializers.BooleanField()


class HitSerializer(serializers.Serializer[Any]):
    """One note with the places where the words stand."""

    id = serializers.UUIDField(source="note.pk")
    patient = serializers.UUIDField(source="note.patient_id")
    written_at = serializers.DateTimeField(source="note.written_at")
    kind = serializers.CharField(source="note.kind")
    author = serializers.CharField(source="note.author")
    excerpts = ExcerptSerializer(many=True)
    page = serializers.SerializerMethodField("address")

    def address(self, hit: Hit) -> str:
        return f"/patients/{hit.note.patient_id}/?note={hit.note.pk}#note-{hit.note.pk}"


class FoundNotesSerializer(serializers.Serializer[Any]):
    """Hits of one patient stand together; the next page is asked for in the body."""

    count = serializers.IntegerField(source="total")
    is_capped = serializers.BooleanField()
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    results = HitSerializer(many=True, source="hits")
