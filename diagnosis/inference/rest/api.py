"""Predictions over REST: the same actions as the pages, behind the same gate."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import BaseRouter
from rest_framework.views import APIView

from accounts import audit
from accounts.api_tokens.scopes import may_explain
from accounts.models import Scope, User
from diagnosis.inference import actions
from diagnosis.inference.before import fitting, permission
from diagnosis.inference.before.requests import PredictionRequest
from diagnosis.inference.models import Explanation, Prediction
from diagnosis.inference.rest import serializers, shapes
from diagnosis.inference.rest.reason_serializers import ExplanationSerializer
from medportal.common.errors import DomainError
from medportal.common.queue import waiting
from medportal.common.web.rest import takes_nothing

UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
HEADERS = [
    OpenApiParameter(
        "Idempotency-Key", str, OpenApiParameter.HEADER, description="A repeat returns the first."
    ),
    OpenApiParameter(
        "Prefer", str, OpenApiParameter.HEADER, description="`wait=N`: up to N ≤ 10 seconds."
    ),
]


def routes(router: BaseRouter) -> None:
    """Register what this app answers with the router of ``diagnosis.interop.rest``."""
    router.register("predictions", PredictionViewSet, basename="prediction")
    router.register("outcomes", OutcomeViewSet, basename="outcome")


def caller(request: Request) -> User:
    """Who asks; the permission classes have let nobody else in."""
    assert isinstance(request.user, User)
    return request.user


@method_decorator(transaction.non_atomic_requests, name="dispatch")  # commits before it waits
class ServicePredictionsView(APIView):
    scopes = {"POST": Scope.PREDICT}

    @extend_schema(
        operation_id="predictions_create",
        parameters=HEADERS,
        request=serializers.PredictionRequestSerializer,
        responses={
            200: serializers.PredictionSerializer,
            202: OpenApiResponse(serializers.PredictionSerializer, "Queued; see Location."),
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        """Run the service: 202 and Location, or 200 with the result within ``Prefer: wait=N``."""
        sent = serializers.PredictionRequestSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        wanted = _request_of(slug, sent.validated_data, request.headers.get("Idempotency-Key", ""))
        prediction = actions.request_prediction(actor=caller(request), request=wanted)
        seconds = waiting.preferred_seconds(request.headers.get("Prefer", ""))
        settled = bool(seconds) and waiting.wait_until_settled(Prediction, prediction.pk, seconds)
        is_news = settled or prediction.is_settled  # else it is what was just asked for
        body = shown(request, prediction.pk) if is_news else shapes.full(prediction, None)
        headers = {"Location": f"{shapes.API}/predictions/{prediction.pk}"}
        if settled:
            headers["Preference-Applied"] = f"wait={int(seconds)}"
        code = status.HTTP_200_OK if settled else status.HTTP_202_ACCEPTED
        return Response(body, status=code, headers=headers)


def _request_of(slug: str, sent: dict[str, Any], key: str) -> PredictionRequest:
    what_if = sent.get("what_if", False)
    return PredictionRequest(
        service=slug,
        patient=sent.get("patient"),
        inputs=sent.get("inputs") or {},
        confirmations=tuple(sent.get("confirmations") or ()),
        include_stale=tuple(sent.get("include_stale") or ()),
        own_estimate=sent.get("own_estimate"),
        origin=Prediction.Origin.WHAT_IF if what_if else Prediction.Origin.API,
        idempotency_key=key.strip(),
    )


@transaction.atomic
def shown(request: Request, pk: Any) -> dict[str, Any]:
    """One prediction for a caller who may see it, with the event that says that it was read.

    The reasons are for tokens of their own scope: with the number they give the model away.
    """
    user = caller(request)
    prediction = permission.prediction_for(user, pk)
    rows = Explanation.objects.visible_to(user).of_the_run().filter(prediction=prediction)
    explanation = rows.first() if may_explain(request) else None
    audit.record(
        actor=user,
        act="prediction.read",
        patients=[prediction.patient_id] if prediction.patient_id else [],
        what=f"prediction/{prediction.pk}",
    )
    return shapes.full(prediction, explanation)


class PredictionViewSet(viewsets.GenericViewSet[Prediction]):
    """No ``queryset`` attribute: the only way to rows is through the caller."""

    serializer_class = serializers.PredictionSummarySerializer
    scopes = {
        "list": Scope.READ,
        "retrieve": Scope.READ,
        "explanations": Scope.EXPLAIN,
        "cancel": Scope.PREDICT,
        "wrong_patient": Scope.WRITE,
        "wrong_patient_undo": Scope.WRITE,
        "decisions": Scope.WRITE,
        "outcomes": Scope.WRITE,
    }
    questions = {"list": serializers.PredictionQuestionsSerializer}
    asked: dict[str, Any]
    lookup_url_kwarg = "prediction"
    lookup_value_regex = UUID

    def get_queryset(self) -> Any:
        rows = Prediction.objects.visible_to(caller(self.request)).select_related("service")
        columns = {"patient": "patient", "service": "service__slug", "state": "state"}
        wanted = {columns[name]: asked for name, asked in self.asked.items() if name in columns}
        return rows.filter(**wanted).order_by("-requested_at", "pk")

    @extend_schema(
        operation_id="predictions_list",
        parameters=[serializers.PredictionQuestionsSerializer],
        responses=serializers.PredictionSummarySerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """What the caller may see, the newest first; changed inputs have the origin what_if."""
        page = self.paginate_queryset(self.get_queryset()) or []
        seen = [row.patient_id for row in page if row.patient_id]
        audit.record(actor=caller(request), act="prediction.list", patients=seen)
        return self.get_paginated_response([shapes.summary(row) for row in page])

    @extend_schema(responses=serializers.PredictionSerializer)
    def retrieve(self, request: Request, prediction: str) -> Response:
        """One prediction: inputs, result, explanation, or why it was refused."""
        return Response(shown(request, prediction))

    @extend_schema(
        operation_id="predictions_explanation",
        responses={
            200: ExplanationSerializer,
            202: OpenApiResponse(ExplanationSerializer, "Queued: ask again."),
        },
    )
    @action(detail=True, url_path=r"explanations/(?P<estimate>[^/?#]{1,60})")
    def explanations(self, request: Request, prediction: str, estimate: str) -> Response:
        """The reasons of one estimate of the answer; the first to ask for them queues them."""
        found = actions.request_explanation(
            actor=caller(request), prediction=prediction, estimate=estimate
        )
        audit.record(
            actor=caller(request),
            act="prediction.read",
            patients=[found.prediction.patient_id] if found.prediction.patient_id else [],
            what=f"prediction/{prediction}",
            detail={"estimate": estimate},
        )
        code = status.HTTP_200_OK if found.is_settled else status.HTTP_202_ACCEPTED
        return Response(shapes.explanation(found.prediction, found), status=code)

    @extend_schema(request=None, responses=serializers.PredictionSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, prediction: str) -> Response:
        """Take back what no worker has begun."""
        takes_nothing(request)
        found = actions.cancel_prediction(actor=caller(request), prediction=prediction)
        return Response(shapes.full(found, None))

    @extend_schema(
        request=serializers.WrongPatientSerializer, responses=serializers.PredictionSerializer
    )
    @action(detail=True, methods=["post"], url_path="wrong-patient")
    def wrong_patient(self, request: Request, prediction: str) -> Response:
        """Mark the result as entered in error, and with it values that its form stored."""
        sent = serializers.WrongPatientSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        found = actions.mark_wrong_patient(
            actor=caller(request), prediction=prediction, **sent.validated_data
        )
        return Response(shapes.full(found, None))

    @extend_schema(request=None, responses=serializers.PredictionSerializer)
    @action(detail=True, methods=["post"], url_path="wrong-patient/undo")
    def wrong_patient_undo(self, request: Request, prediction: str) -> Response:
        """Take one's own mark back, within a minute; the values stand again."""
        takes_nothing(request)
        found = actions.undo_wrong_patient(actor=caller(request), prediction=prediction)
        return Response(shapes.full(found, None))

    @extend_schema(
        request=serializers.DecisionRequestSerializer,
        responses={201: serializers.DecisionSerializer},
    )
    @action(detail=True, methods=["post"])
    def decisions(self, request: Request, prediction: str) -> Response:
        """Record what the clinician made of the result; a second one amends the first."""
        sent = serializers.DecisionRequestSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        row = actions.record_decision(
            actor=caller(request),
            prediction=prediction,
            decision=actions.DecisionInput(**sent.validated_data),
        )
        return Response(shapes.decision(row), status=status.HTTP_201_CREATED)

    @extend_schema(
        request=serializers.HappenedSerializer, responses={201: serializers.OutcomeSerializer}
    )
    @action(detail=True, methods=["post"])
    def outcomes(self, request: Request, prediction: str) -> Response:
        """Record what happened to the patient of this prediction."""
        sent = serializers.HappenedSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        found = permission.prediction_for(caller(request), prediction)
        if found.patient_id is None:
            raise DomainError("no_patient", _("This run has no patient."), status=409)
        happened = actions.OutcomeInput(
            service=found.service.slug, patient=found.patient_id, **sent.validated_data
        )
        row = actions.record_outcome(actor=caller(request), outcome=happened)
        return Response(shapes.outcome(row), status=status.HTTP_201_CREATED)


class OutcomeViewSet(viewsets.ViewSet):
    scopes = {"create": Scope.WRITE}

    @extend_schema(
        operation_id="outcomes_create",
        request=serializers.OutcomeRequestSerializer,
        responses={201: serializers.OutcomeSerializer},
    )
    def create(self, request: Request) -> Response:
        """Record what happened to a patient, with or without a prediction before."""
        sent = serializers.OutcomeRequestSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        row = actions.record_outcome(
            actor=caller(request), outcome=actions.OutcomeInput(**sent.validated_data)
        )
        return Response(shapes.outcome(row), status=status.HTTP_201_CREATED)


class PatientServicesView(APIView):
    scopes = {"GET": Scope.READ}

    @extend_schema(operation_id="patients_services", responses=serializers.ServiceFitsSerializer)
    def get(self, request: Request, patient: str) -> Response:
        """Which services fit this patient, what they still need, and what they said last."""
        found = permission.patient_of(caller(request), patient)
        if found is None:
            raise DomainError("patient_not_found", _("No such patient."), status=404)
        audit.record(actor=caller(request), act="services.list", patients=[found.pk])
        fits = [shapes.fit(fit) for fit in fitting.services_for(caller(request), found)]
        return Response({"count": len(fits), "next": None, "previous": None, "results": fits})
