"""Files of patients over REST: sent whole, taken by a worker, answered by a report."""

# mypy: disable-error-code="assignment"
# The stubs take a field named label or source for the option of that name; DRF itself does not.
from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import audit
from accounts.models import Scope
from accounts.rights import demand
from diagnosis.records import actions
from diagnosis.records.incoming import files
from diagnosis.records.models import ImportRun
from diagnosis.records.rest.api import caller
from medportal.common.errors import DomainError, Pointer
from medportal.common.queue import waiting
from medportal.common.web.rest import PagesSerializer, StrictSerializer

FILE = "file"


class FileParser(BaseParser):
    """The body is the file: nothing of it is believed yet, only its size."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:  # noqa: ARG002  # the framework's names
        return {FILE: files.take(stream)}


class FhirParser(FileParser):
    media_type = "application/fhir+json"


class JsonParser(FileParser):
    media_type = "application/json"


class LinesParser(FileParser):
    media_type = "application/fhir+ndjson"


class CsvParser(FileParser):
    media_type = "text/csv"


class WantedSerializer(StrictSerializer):
    """Where the file goes: in the address, or beside the file in a form."""

    team = serializers.UUIDField(required=False, help_text="Care team, today the own.")
    source = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=80,
        help_text="Name of the system it comes from.",
    )


class CountsSerializer(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()


class PatientCountsSerializer(CountsSerializer):
    refused = serializers.IntegerField()


class FindingSerializer(serializers.Serializer[Any]):
    pointer = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class RefusedSerializer(serializers.Serializer[Any]):
    at = serializers.CharField()
    count = serializers.IntegerField()
    findings = FindingSerializer(many=True)


class NotKeptSerializer(serializers.Serializer[Any]):
    what = serializers.CharField()
    reason = serializers.CharField()
    code = serializers.CharField()
    label = serializers.CharField()
    count = serializers.IntegerField()
    places = serializers.ListField(
        child=serializers.CharField(), help_text="The first places in the file where it stands."
    )


class ReportSerializer(serializers.Serializer[Any]):
    patients = PatientCountsSerializer()
    facts = CountsSerializer()
    refused = RefusedSerializer(many=True)
    not_kept = NotKeptSerializer(many=True)
    problems = FindingSerializer(many=True)


class ImportSerializer(serializers.Serializer[Any]):
    """A file on its way; ``report`` is there as soon as the first patients are dealt with."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=ImportRun.State.choices)
    format = serializers.ChoiceField(choices=ImportRun.Format.choices)
    source = serializers.CharField()
    team = serializers.UUIDField()
    requested_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    total = serializers.IntegerField(allow_null=True)
    done = serializers.IntegerField()
    failure_code = serializers.CharField()
    report = ReportSerializer(allow_null=True)
    links = serializers.DictField(child=serializers.CharField())


def shape(run: ImportRun) -> dict[str, Any]:
    names = ("id", "state", "format", "source", "total", "done", "failure_code")
    return {
        **{name: getattr(run, name) for name in names},
        "team": run.team_id,
        "requested_at": run.requested_at,
        "finished_at": run.finished_at,
        "report": run.report or None,
        "links": {"self": f"/api/v1/imports/{run.pk}", "page": f"/patients/import/{run.pk}/"},
    }


def file_of(sent: Any) -> bytes:
    found = sent.get(FILE)
    if isinstance(found, bytes):
        return found
    if found is None or not hasattr(found, "read"):
        message = _("The file is missing: send it as «file».")
        raise DomainError("invalid", message, pointers=[Pointer(f"/{FILE}", "required", message)])
    return files.take(found)


@transaction.atomic
def shown(request: Request, pk: Any) -> dict[str, Any]:
    run = actions.import_for(caller(request), pk)
    audit.record(actor=caller(request), act="import.read", what=f"import/{run.pk}")
    return shape(run)


@method_decorator(transaction.non_atomic_requests, name="dispatch")  # commits before it waits
class ImportsView(GenericAPIView[ImportRun]):
    """No ``queryset`` attribute: the only way to rows is through the caller."""

    serializer_class = ImportSerializer
    parser_classes = [FhirParser, JsonParser, LinesParser, CsvParser, MultiPartParser]
    scopes = dict.fromkeys(("GET", "POST"), Scope.IMPORT)
    questions = {"GET": PagesSerializer, "POST": WantedSerializer}

    def get_queryset(self) -> Any:
        rows = ImportRun.objects.visible_to(caller(self.request))
        return rows.order_by("-requested_at", "pk")

    @extend_schema(operation_id="imports_list", responses=ImportSerializer(many=True))
    @method_decorator(transaction.atomic)
    def get(self, request: Request) -> Response:
        """The caller's own imports, the newest first."""
        demand(caller(request), "import.request")
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(
            ImportSerializer([shape(run) for run in page], many=True).data
        )

    @extend_schema(
        operation_id="imports_create",
        parameters=[
            WantedSerializer,
            OpenApiParameter(
                "Prefer", str, OpenApiParameter.HEADER, description="`wait=N`: up to N ≤ 10 s."
            ),
        ],
        request={
            "application/fhir+json": OpenApiTypes.OBJECT,
            "application/fhir+ndjson": OpenApiTypes.STR,
            "text/csv": OpenApiTypes.STR,
            "multipart/form-data": {
                "type": "object",
                "required": ["file", "team"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "team": {"type": "string", "format": "uuid"},
                    "source": {"type": "string"},
                },
            },
        },
        responses={
            200: ImportSerializer,
            202: OpenApiResponse(ImportSerializer, "Queued; see Location."),
        },
    )
    def post(self, request: Request) -> Response:
        """Send in a FHIR Bundle, lines of resources, or a table: 202, or 200 when it is done."""
        with transaction.atomic():
            demand(caller(request), "import.request")
        sent: Any = request.data
        beside = {name: sent[name] for name in sent if name != FILE}
        wanted = WantedSerializer(data={**request.query_params.dict(), **beside})
        wanted.is_valid(raise_exception=True)
        asked = wanted.validated_data
        new = actions.NewImport(
            team=asked.get("team", ""), data=file_of(sent), source=asked.get("source", "")
        )
        run = actions.request_import(actor=caller(request), wanted=new)
        seconds = waiting.preferred_seconds(request.headers.get("Prefer", ""))
        settled = bool(seconds) and waiting.wait_until_settled(ImportRun, run.pk, seconds)
        body = shown(request, run.pk) if settled else shape(run)
        headers = {"Location": f"/api/v1/imports/{run.pk}"}
        if settled:
            headers["Preference-Applied"] = f"wait={int(seconds)}"
        code = status.HTTP_200_OK if settled else status.HTTP_202_ACCEPTED
        return Response(ImportSerializer(body).data, status=code, headers=headers)


class ImportView(APIView):
    scopes = {"GET": Scope.IMPORT}

    @extend_schema(operation_id="imports_retrieve", responses=ImportSerializer)
    def get(self, request: Request, import_run: str) -> Response:
        """How far it is, and its report."""
        return Response(ImportSerializer(shown(request, import_run)).data)
