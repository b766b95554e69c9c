"""Shapes of charts over REST; reading and writing apart, every field named."""

# mypy: disable-error-code="assignment"
# The stubs take a field named label or source for the option of that name; DRF itself does not.
from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from diagnosis.records.models import Observation, Patient
from diagnosis.records.validation import Given
from medportal.common.text import localized
from medportal.common.web.rest import MomentField, StrictSerializer


class IdentifierSerializer(serializers.Serializer[Any]):
    system = serializers.CharField()
    value = serializers.CharField()


class PatientSerializer(serializers.Serializer[Any]):
    """Of a patient with ``shown_identifiers``, which the view has read for the whole list."""

    id = serializers.UUIDField()
    family_name = serializers.CharField()
    given_name = serializers.CharField()
    title = serializers.CharField()
    native_name = serializers.CharField()
    sex = serializers.ChoiceField(choices=Patient.Sex.choices)
    birth_date = serializers.DateField(allow_null=True)
    deceased_on = serializers.DateField(allow_null=True)
    allergy_status = serializers.ChoiceField(choices=Patient.AllergyStatus.choices)
    identifiers = IdentifierSerializer(many=True, source="shown_identifiers")
    links = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_links(self, patient: Patient) -> dict[str, str]:
        here = f"/api/v1/patients/{patient.pk}"
        return {
            "self": here,
            "observations": f"{here}/observations",
            "services": f"{here}/services",
            "page": f"/patients/{patient.pk}/",
        }


class FoundPatientsSerializer(serializers.Serializer[Any]):
    """A search has one page: who finds more than it holds asks more precisely."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = PatientSerializer(many=True)


class SearchSerializer(StrictSerializer):
    """Everything given has to fit; ``text`` is names, a birth date or a whole number."""

    text = serializers.CharField(required=False, allow_blank=True, max_length=120)
    name = serializers.CharField(required=False, allow_blank=True, max_length=120)
    birth_date = serializers.CharField(required=False, allow_blank=True, max_length=40)
    identifier = serializers.CharField(required=False, allow_blank=True, max_length=64)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a question that asks nothing: its empty answer would look like «nobody»."""
        if not any(str(value).strip() for value in attrs.values()):
            raise serializers.ValidationError(
                {"text": _("Give a name, a birth date or a number.")}, "required"
            )
        return attrs


@extend_schema_field(
    {"oneOf": [{"type": "number"}, {"type": "string"}], "description": "a number, or an answer"}
)
class ValueField(serializers.Field[Any, Any, Any, Any]):
    """A number, or the value of an answer; the validator says which of the two it has to be."""

    def to_internal_value(self, data: Any) -> float | str:
        if isinstance(data, bool) or not isinstance(data, int | float | str):
            raise serializers.ValidationError("A number, or the value of an answer.", "not_a_value")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class ObservationSerializer(serializers.Serializer[Any]):
    """A result with its code, unit, time, source and status."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="patient_id")
    system = serializers.CharField()
    code = serializers.CharField()
    label = serializers.CharField()
    value = serializers.SerializerMethodField("value_of")
    unit = serializers.CharField()
    observed_at = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=Observation.Status.choices)
    source = serializers.CharField()
    source_identifier = serializers.CharField()
    reference_low = serializers.FloatField(allow_null=True)
    reference_high = serializers.FloatField(allow_null=True)
    flag = serializers.CharField()
    panel = serializers.UUIDField(source="panel_id", allow_null=True)
    replaces = serializers.UUIDField(source="replaces_id", allow_null=True)
    recorded_at = serializers.DateTimeField()

    @extend_schema_field({"oneOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}]})
    def value_of(self, row: Observation) -> float | str | None:
        return row.value_code or row.value_number


class GivenSerializer(StrictSerializer):
    """An observation as another system sends it."""

    code = serializers.CharField(max_length=40)
    system = serializers.CharField(max_length=60, required=False, allow_blank=True)
    value = ValueField()
    unit = serializers.CharField(max_length=30, required=False, allow_blank=True)
    observed_at = MomentField()
    status = serializers.ChoiceField(choices=Observation.Status.choices, required=False)
    source_identifier = serializers.CharField(max_length=120, required=False, allow_blank=True)
    reference_low = serializers.FloatField(required=False, allow_null=True)
    reference_high = serializers.FloatField(required=False, allow_null=True)


class ObservationWriteSerializer(GivenSerializer):
    patient = serializers.UUIDField()
    source = serializers.CharField(max_length=80, required=False)


class BulkItemSerializer(GivenSerializer):
    patient = serializers.UUIDField()
    source_identifier = serializers.CharField(max_length=120)


class BulkSerializer(StrictSerializer):
    """All of them are written, or none."""

    source = serializers.CharField(max_length=80)
    observations = BulkItemSerializer(many=True, allow_empty=False)


class CorrectionSerializer(StrictSerializer):
    """What stands instead; a time that is left out stays."""

    code = serializers.CharField(max_length=40, required=False)
    value = ValueField()
    unit = serializers.CharField(max_length=30, required=False, allow_blank=True)
    observed_at = MomentField(required=False)
    reason = serializers.CharField(max_length=200)


class WithdrawalSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=200)


class UpsertedSerializer(serializers.Serializer[Any]):
    result = serializers.ChoiceField(choices=["created", "updated", "unchanged"])
    id = serializers.UUIDField(source="observation")


class BulkReportSerializer(serializers.Serializer[Any]):
    """In the order of the items sent."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    observations = UpsertedSerializer(many=True)


class ConditionSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()
    status = serializers.CharField()
    onset_on = serializers.DateField(allow_null=True)


class MedicationSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()
    dose = serializers.CharField()
    status = serializers.CharField()
    started_on = serializers.DateField(allow_null=True)


class AllergySerializer(serializers.Serializer[Any]):
    substance = serializers.CharField()
    reaction = serializers.CharField()


class EncounterSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()
    location = serializers.CharField()


class NoteSerializer(serializers.Serializer[Any]):
    written_at = serializers.DateTimeField()
    kind = serializers.CharField()
    author = serializers.CharField()
    text = serializers.CharField()


class LineSerializer(serializers.Serializer[Any]):
    """The newest result of one quantity and the change since the one before."""

    label = serializers.CharField()
    latest = ObservationSerializer(source="latest.row")
    previous = ObservationSerializer(source="previous.row", default=None, allow_null=True)
    delta = serializers.FloatField(allow_null=True)
    unit = serializers.CharField(source="latest.unit")


class GroupSerializer(serializers.Serializer[Any]):
    family = serializers.CharField(source="family.slug")
    label = serializers.CharField()
    results = LineSerializer(many=True, source="lines")


class DerivedSerializer(serializers.Serializer[Any]):
    """A computed value, its formula and the observations that went into it."""

    code = serializers.CharField()
    label = serializers.CharField()
    value = serializers.FloatField()
    unit = serializers.CharField(source="formula.unit")
    observed_at = serializers.DateTimeField()
    formula = serializers.CharField(source="formula_text")
    note = serializers.CharField()
    inputs = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_inputs(self, derived: Any) -> list[str]:
        return [str(row.pk) for row in derived.inputs]


class ChartSerializer(serializers.Serializer[Any]):
    """A summary of the chart; single observations are listed under their own address."""

    patient = PatientSerializer()
    as_of = serializers.DateTimeField(source="at")
    conditions = ConditionSerializer(many=True)
    medications = MedicationSerializer(many=True)
    allergies = AllergySerializer(many=True)
    encounters = EncounterSerializer(many=True)
    notes = NoteSerializer(many=True)
    results = GroupSerializer(many=True, source="groups")
    derived = DerivedSerializer(many=True)
    not_held = serializers.ListField(child=serializers.CharField())


class AnswerSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    label = serializers.CharField()


class CodeSerializer(serializers.Serializer[Any]):
    """What the chart understands: the published table of codes, units and answers."""

    system = serializers.CharField()
    code = serializers.CharField()
    label = serializers.DictField(child=serializers.CharField())
    units = serializers.ListField(child=serializers.CharField())
    bounds = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    whole = serializers.BooleanField(help_text="a count: no fractions")
    critical = serializers.ListField(
        child=serializers.FloatField(allow_null=True),
        help_text="low and high limit in the first unit, at which a value must not wait",
    )
    critical_source = serializers.DictField(
        child=serializers.CharField(), allow_null=True, help_text="whence the limits come"
    )
    answers = serializers.SerializerMethodField()

    @extend_schema_field(AnswerSerializer(many=True))
    def get_answers(self, code: Any) -> list[dict[str, Any]]:
        return [{"value": a.value, "label": localized(a.label)} for a in code.answers]


def given_of(sent: dict[str, Any], **extra: Any) -> Given:
    """The validator's view of what a write serializer has let through."""
    names = (
        "code", "system", "value", "unit", "observed_at", "status", "source",
        "source_identifier", "reference_low", "reference_high",
    )  # fmt: skip
    return Given(**{name: sent[name] for name in names if name in sent}, **extra)
