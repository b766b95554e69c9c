"""The export of one chart over REST: FHIR, or the observations as a table."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import Scope, User
from diagnosis.interop import observations_csv
from diagnosis.interop.answers import download
from diagnosis.interop.exporting import Form, Purpose, Wanted, export_chart
from diagnosis.interop.fhir import bundle


class FhirRenderer(JSONRenderer):
    """Of errors alone: a file is answered as it was made."""

    media_type = bundle.MEDIA_TYPE
    format = Form.FHIR


class CsvRenderer(JSONRenderer):
    media_type = observations_csv.MEDIA_TYPE
    format = Form.CSV


class PatientExportView(APIView):
    scopes = {"GET": Scope.EXPORT}
    renderer_classes = [FhirRenderer, JSONRenderer, CsvRenderer]

    @extend_schema(
        operation_id="patients_export",
        parameters=[
            OpenApiParameter("purpose", str, enum=Purpose.values, description="Why it leaves."),
            OpenApiParameter("reason", str, description="In words; holds no name of a patient."),
        ],
        responses={
            (200, bundle.MEDIA_TYPE): OpenApiTypes.OBJECT,
            (200, observations_csv.MEDIA_TYPE): OpenApiTypes.STR,
        },
    )
    def get(self, request: Request, patient: str) -> HttpResponse:
        """The whole chart as a FHIR R4 Bundle; with ``Accept: text/csv`` its observations."""
        assert isinstance(request.user, User)
        asked = request.query_params
        is_table = request.accepted_renderer.format == Form.CSV
        wanted = Wanted(
            form=Form.CSV if is_table else Form.FHIR,
            purpose=asked.get("purpose", Purpose.UNSTATED),
            reason=asked.get("reason", ""),
        )
        return download(export_chart(actor=request.user, patient=patient, wanted=wanted))
