"""Errors over REST are RFC 9457 problems with a pointer to each bad field, whoever raised them."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from django.test import RequestFactory
from rest_framework import exceptions, serializers
from rest_framework.views import APIView

from medportal.common.errors import DomainError, Pointer
from medportal.common.web.http import PROBLEM_TYPE


class Value(serializers.Serializer):
    value = serializers.FloatField()
    unit = serializers.CharField()


class Order(serializers.Serializer):
    patient = serializers.UUIDField()
    values = Value(many=True)


def answer_to(error: Exception):
    class Failing(APIView):
        authentication_classes = ()
        permission_classes = ()
        throttle_classes = ()

        def get(self, _request):
            raise error

    response = Failing.as_view()(RequestFactory().get("/api/v1/anything"))
    response.render()
    return response


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (
            DomainError("prediction_settled", "It is settled.", status=409),
            409,
            "prediction_settled",
        ),
        (Http404("no patient 4711"), 404, "not_found"),
        (PermissionDenied("patient 4711"), 403, "forbidden"),
        (exceptions.NotAuthenticated(), 403, "not_authenticated"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.Throttled(wait=2.2), 429, "throttled"),
        (exceptions.ParseError(), 400, "parse_error"),
    ],
)
def test_an_error_is_a_problem(error, status, code):
    response = answer_to(error)
    body = response.data
    assert response.status_code == status
    assert response["Content-Type"] == PROBLEM_TYPE
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == f"urn:medportal:problem:{code}"
    assert "4711" not in str(body)


def test_a_limit_says_when_to_come_back():
    assert answer_to(exceptions.Throttled(wait=2.2))["Retry-After"] == "3"


def test_an_action_points_at_the_field_it_refused():
    refused = DomainError(
        "inputs_unreadable",
        "Some inputs cannot be read.",
        pointers=[Pointer("/inputs/age", "out_of_bounds", "No age.")],
    )
    assert answer_to(refused).data["errors"] == [
        {"pointer": "/inputs/age", "code": "out_of_bounds", "detail": "No age."}
    ]


def test_nested_fields_have_nested_pointers():
    order = Order(data={"patient": "x", "values": [{"value": 1, "unit": "mg"}, {"value": "y"}]})
    assert not order.is_valid()
    problems = answer_to(exceptions.ValidationError(order.errors)).data["errors"]
    assert {problem["pointer"] for problem in problems} == {
        "/patient",
        "/values/1/value",
        "/values/1/unit",
    }


def test_a_model_that_refuses_is_a_400_as_well():
    response = answer_to(DjangoValidationError({"born": ["In the future."]}))
    assert response.status_code == 400
    assert response.data["errors"][0]["pointer"] == "/born"


def test_an_unexpected_error_stays_one():
    with pytest.raises(ZeroDivisionError):
        answer_to(ZeroDivisionError())
