"""The export of one chart over REST: FHIR, or the observations as a table."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import Scope, User
from diagnosis.interop import observations_csv
from diagnosis.interop.answers import download
from diagnosis.interop.exporting import LONGEST_REASON, Form, Purpose, Wanted, export_chart
from diagnosis.interop.fhir import bundle
from medportal.common.web.rest import StrictSerializer


class FhirRenderer(JSONRenderer):
    """Of errors alone: a file is answered as it was made."""

    media_type = bundle.MEDIA_TYPE
    format = Form.FHIR


class CsvRenderer(JSONRenderer):
    media_type = observations_csv.MEDIA_TYPE
    format = Form.CSV


class ExportQuestionsSerializer(StrictSerializer):
    purpose = serializers.ChoiceField(
        choices=Purpose.choices, required=False, help_text="Why it leaves."
    )
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=LONGEST_REASON,
        help_text="In words; holds no name of a patient.",
    )


class PatientExportView(APIView):
    scopes = {"GET": Scope.EXPORT}
    questions = {"GET": ExportQuestionsSerializer}
    asked: dict[str, str]
    renderer_classes = [FhirRenderer, JSONRenderer, CsvRenderer]

    @extend_schema(
        operation_id="patients_export",
        parameters=[ExportQuestionsSerializer],
        responses={
            (200, bundle.MEDIA_TYPE): OpenApiTypes.OBJECT,
            (200, observations_csv.MEDIA_TYPE): OpenApiTypes.STR,
        },
    )
    def get(self, request: Request, patient: str) -> HttpResponse:
        """The whole chart as a FHIR R4 Bundle; with ``Accept: text/csv`` its observations."""
        assert isinstance(request.user, User)
        is_table = request.accepted_renderer.format == Form.CSV
        wanted = Wanted(
            form=Form.CSV if is_table else Form.FHIR,
            purpose=self.asked.get("purpose", Purpose.UNSTATED),
            reason=self.asked.get("reason", ""),
        )
        return download(export_chart(actor=request.user, patient=patient, wanted=wanted))
