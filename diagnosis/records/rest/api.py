"""Charts over REST: behind the same gate, by the same actions, with the same trail."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import BaseRouter

from accounts import audit
from accounts.models import Scope, User
from diagnosis.records import access, actions, chart, codes
from diagnosis.records.finding.note_search import NoteQuery
from diagnosis.records.finding.patient_search import Query
from diagnosis.records.models import Observation, Patient, PatientIdentifier
from diagnosis.records.rest import note_serializers, serializers
from diagnosis.records.rest.serializers import given_of
from medportal.common.web.rest import PagesSerializer

UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"


def routes(router: BaseRouter) -> None:
    """Register what this app answers with the router of ``diagnosis.interop.rest``."""
    router.register("patients", PatientViewSet, basename="patient")
    router.register("observations", ObservationViewSet, basename="observation")
    router.register("codes", CodeViewSet, basename="code")
    router.register("notes", NoteViewSet, basename="note")


def caller(request: Request) -> User:
    """Who asks; the permission classes have let nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def with_identifiers(patients: list[Patient]) -> list[Any]:
    """The same patients, each with its numbers: one query for all of them."""
    shown: dict[Any, list[PatientIdentifier]] = {}
    for row in PatientIdentifier.unscoped.filter(patient__in=patients).order_by("pk"):
        shown.setdefault(row.patient_id, []).append(row)
    found: list[Any] = list(patients)
    for patient in found:
        patient.shown_identifiers = shown.get(patient.pk, [])
    return found


class PatientViewSet(viewsets.GenericViewSet[Patient]):
    """No ``queryset`` attribute: the only way to rows is through the caller."""

    serializer_class = serializers.PatientSerializer
    scopes = dict.fromkeys(("list", "search", "retrieve", "observations"), Scope.READ)
    questions = {"observations": PagesSerializer}
    lookup_url_kwarg = "patient"
    lookup_value_regex = UUID

    def get_queryset(self) -> Any:
        return (
            Patient.objects.visible_to(caller(self.request))
            .filter(is_active=True)
            .order_by("family_name", "given_name", "birth_date", "pk")
        )

    @extend_schema(operation_id="patients_list", responses=serializers.PatientSerializer(many=True))
    def list(self, request: Request) -> Response:
        """The patients whom the caller may see."""
        page = self.paginate_queryset(self.get_queryset()) or []
        access.list_patients(caller(request), page)
        shown = serializers.PatientSerializer(with_identifiers(page), many=True)
        return self.get_paginated_response(shown.data)

    @extend_schema(
        request=serializers.SearchSerializer, responses=serializers.FoundPatientsSerializer
    )
    @action(detail=False, methods=["post"], pagination_class=None)
    def search(self, request: Request) -> Response:
        """Find patients by name part, birth date or whole number; at most a hundred are shown."""
        sent = serializers.SearchSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        found = access.search_patients(caller(request), Query(**sent.validated_data))
        shown = serializers.PatientSerializer(with_identifiers(found.patients), many=True)
        body = {"count": found.total, "next": None, "previous": None, "results": shown.data}
        return Response(body)

    @extend_schema(responses=serializers.ChartSerializer)
    def retrieve(self, request: Request, patient: str) -> Response:
        """A summary of the chart."""
        opened = access.open_chart(caller(request), patient, what="chart over REST")
        with_identifiers([opened])
        return Response(serializers.ChartSerializer(chart.read_chart(opened)).data)

    @extend_schema(responses=serializers.ObservationSerializer(many=True))
    @action(detail=True, methods=["get"])
    def observations(self, request: Request, patient: str) -> Response:
        """What was observed, the newest first; corrected and withdrawn values are left out."""
        opened = access.open_chart(caller(request), patient, what="observations over REST")
        rows = (
            Observation.objects.visible_to(caller(request))
            .filter(patient=opened, is_current=True)
            .exclude(status=Observation.Status.ENTERED_IN_ERROR)
            .order_by("-observed_at", "-recorded_at", "pk")
        )
        page = self.paginate_queryset(rows) or []
        shown = serializers.ObservationSerializer(page, many=True)
        return self.get_paginated_response(shown.data)


class ObservationViewSet(viewsets.GenericViewSet[Observation]):
    """Writing values: one, many at once, and putting one right."""

    serializer_class = serializers.ObservationSerializer
    scopes = {
        "create": Scope.WRITE,
        "bulk": Scope.WRITE,
        "retrieve": Scope.READ,
        "correct": Scope.WRITE,
        "withdraw": Scope.WRITE,
    }
    lookup_url_kwarg = "observation"
    lookup_value_regex = UUID

    def get_queryset(self) -> Any:
        return Observation.objects.visible_to(caller(self.request))

    @extend_schema(
        request=serializers.ObservationWriteSerializer,
        responses={201: serializers.ObservationSerializer},
    )
    def create(self, request: Request) -> Response:
        """Record one value."""
        sent = serializers.ObservationWriteSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        origin = {} if "source" in sent.validated_data else {"source": "api"}
        row = actions.record_observation(
            actor=caller(request),
            patient=sent.validated_data["patient"],
            given=given_of(sent.validated_data, **origin),
        )
        return self._shown(row, status.HTTP_201_CREATED)

    @extend_schema(request=serializers.BulkSerializer, responses=serializers.BulkReportSerializer)
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Write many values by source and identifier; sent again, nothing is written twice."""
        sent = serializers.BulkSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        items = [
            actions.Item(patient=item["patient"], given=given_of(item))
            for item in sent.validated_data["observations"]
        ]
        report = actions.upsert_observations(
            actor=caller(request), source=sent.validated_data["source"], items=items
        )
        counts = {
            what: sum(one.result == what for one in report)
            for what in ("created", "updated", "unchanged")
        }
        body = serializers.BulkReportSerializer({**counts, "observations": report})
        return Response(body.data)

    @extend_schema(responses=serializers.ObservationSerializer)
    def retrieve(self, request: Request, observation: str) -> Response:
        """One value, also after it was corrected or withdrawn."""
        row = actions.observation_for(caller(request), observation)
        audit.record(
            actor=caller(request),
            act="observation.read",
            patients=[row.patient_id],
            what=f"observation/{row.pk}",
        )
        return self._shown(row)

    @extend_schema(
        request=serializers.CorrectionSerializer, responses=serializers.ObservationSerializer
    )
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, observation: str) -> Response:
        """Put another value in its place; the old one stays in the history."""
        sent = serializers.CorrectionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        old = actions.observation_for(caller(request), observation)
        given = given_of({"code": old.code, **sent.validated_data})
        reason = sent.validated_data["reason"]
        row = actions.correct_observation(
            actor=caller(request), observation=old, given=given, reason=reason
        )
        return self._shown(row)

    @extend_schema(
        request=serializers.WithdrawalSerializer, responses=serializers.ObservationSerializer
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, observation: str) -> Response:
        """Mark it as entered in error."""
        sent = serializers.WithdrawalSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        old = actions.observation_for(caller(request), observation)
        row = actions.withdraw_observation(
            actor=caller(request), observation=old, reason=sent.validated_data["reason"]
        )
        return self._shown(row)

    def _shown(self, row: Observation, code: int = status.HTTP_200_OK) -> Response:
        return Response(serializers.ObservationSerializer(row).data, status=code)


class CodeViewSet(viewsets.GenericViewSet[Any]):
    """The dictionary of codes, for whoever connects another system."""

    serializer_class = serializers.CodeSerializer
    scopes = {"list": Scope.READ}

    @extend_schema(operation_id="codes_list", responses=serializers.CodeSerializer(many=True))
    def list(self, _request: Request) -> Response:
        """Every code that the chart understands, with its units, bounds and answers."""
        page = self.paginate_queryset(codes.ALL) or []  # type: ignore[arg-type]
        return self.get_paginated_response(serializers.CodeSerializer(page, many=True).data)


class NoteViewSet(viewsets.GenericViewSet[Any]):
    """Searching in notes; the words are in the body and in no log."""

    serializer_class = note_serializers.FoundNotesSerializer
    scopes = {"search": Scope.READ}

    @extend_schema(
        request=note_serializers.NoteSearchSerializer,
        responses=note_serializers.FoundNotesSerializer,
    )
    @action(detail=False, methods=["post"], pagination_class=None)
    def search(self, request: Request) -> Response:
        """Notes in which every word stands, with the places; the newest 500 at most."""
        sent = note_serializers.NoteSearchSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        asked, actor = sent.validated_data, caller(request)
        patient = access.patient_for(actor, asked["patient"]) if asked.get("patient") else None
        query = NoteQuery(asked["text"], patient, asked.get("page", 1))
        found = access.search_notes(actor, query)
        return Response(note_serializers.FoundNotesSerializer(found).data)
