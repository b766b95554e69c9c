"""What every endpoint of REST shares: bodies, questions in the address, and pages of a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, NotFound
from rest_framework.metadata import BaseMetadata
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from medportal.common import json_bodies
from medportal.common.errors import DomainError, Pointer
from medportal.common.json_bodies import MOST_MEMBERS, MOST_NAMED, step


class StrictParser(BaseParser):
    """JSON, read by ``json_bodies``; a broken body is a problem with the place of the fault."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:  # noqa: ARG002  # the framework's names
        return json_bodies.read(stream.read(), most=MOST_MEMBERS)


def unknown_names(names: Iterable[object], known: Iterable[str]) -> list[tuple[str, str]]:
    """Each name that nobody reads, and what to say: perhaps another one was meant."""
    listed = sorted(known)
    found = []
    for name in sorted({str(name) for name in names} - set(listed))[:MOST_NAMED]:
        near = get_close_matches(name, listed, n=1)
        text = _("Did you mean «%(name)s»?") % {"name": near[0]} if near else ""
        found.append((name, text))
    return found


TEXTS = (
    serializers.CharField,
    serializers.ChoiceField,
    serializers.DateField,
    serializers.DateTimeField,
    serializers.UUIDField,
)
NUMBERS = (serializers.FloatField, serializers.IntegerField, serializers.DecimalField)


def _of_another_kind(field: Any, value: Any) -> Any:
    """What is said of a number where a text belongs, or of yes or no where a number does.

    The framework would make «0» of 0 and 1.0 of true. What a list holds is looked at one by one.
    """
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        found = {
            i: said for i, one in enumerate(value) if (said := _of_another_kind(field.child, one))
        }
        return found or None
    is_number = isinstance(value, int | float)  # yes and no are numbers, too
    if isinstance(field, TEXTS) and is_number:
        return [ErrorDetail(_("A text belongs here, in quotation marks."), "not_a_text")]
    if isinstance(field, NUMBERS) and isinstance(value, bool):
        return [ErrorDetail(_("This is not a number."), "not_a_number")]
    if isinstance(field, serializers.BooleanField) and is_number and not isinstance(value, bool):
        return [ErrorDetail(_("Write true or false here."), "not_yes_or_no")]
    return None


class MomentField(serializers.DateTimeField):
    """A time with the zone in which it was written: its day is that of whoever wrote it."""

    def enforce_timezone(self, value: Any) -> Any:
        return value if timezone.is_aware(value) else super().enforce_timezone(value)


class Methods(BaseMetadata):
    """OPTIONS: what the address answers to, and where it is described, in no developer's words."""

    def determine_metadata(self, request: Request, view: Any) -> dict[str, Any]:  # noqa: ARG002  # the framework's names
        return {"methods": view.allowed_methods, "documentation": reverse("docs")}


class ShortList(serializers.ListSerializer[Any]):
    """Of many faulty items the first few are named, and the rest is not looked at any more."""

    def to_internal_value(self, data: Any) -> Any:
        self.faulty = 0
        return super().to_internal_value(data)

    def run_child_validation(self, data: Any) -> Any:
        if self.faulty >= MOST_NAMED:
            return None
        try:
            return super().run_child_validation(data)
        except serializers.ValidationError:
            self.faulty += 1
            raise


class StrictSerializer(serializers.Serializer[Any]):
    """A field that nobody reads is a mistake of the caller, not to be passed over."""

    class Meta:
        list_serializer_class = ShortList

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            text = _("This field is not known.")
            unknown = {
                step(name): f"{text} {hint}".strip()
                for name, hint in unknown_names(data, self.fields)
            }
            if unknown:
                raise serializers.ValidationError(unknown, code="unknown_field")
            wrong = {
                step(name): found
                for name, field in self.fields.items()
                if not field.read_only
                and name in data
                and (found := _of_another_kind(field, data[name]))
            }
            if wrong:
                raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)


def takes_nothing(request: Request) -> None:
    """For an act that is told everything by its address: a field that is sent is a mistake."""
    StrictSerializer(data=request.data).is_valid(raise_exception=True)


class PagesSerializer(StrictSerializer):
    """Which part of a list."""

    page = serializers.IntegerField(required=False, min_value=1, max_value=1_000_000)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100)


class UnderstoodQuestion(BasePermission):
    """What stands behind the question mark is known, and its values can be.

    A permission, because that is what no endpoint can forget. A view says it in one line, by the
    action or the method: ``questions = {"observations": PagesSerializer}``; the action ``list``
    has pages without saying so, and what names nothing is asked nothing.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        asked = request.query_params
        shape = questions_of(view)
        problems = [
            Pointer(
                f"?{name}", "unknown_parameter", " ".join([_("No such parameter."), hint]).strip()
            )
            for name, hint in unknown_names(asked, shape().fields)
        ]
        problems += [
            Pointer(f"?{name}", "repeated_parameter", _("Give this parameter once."))
            for name, values in asked.lists()
            if len(values) > 1 and name in shape().fields
        ]
        read = shape(data=asked.dict())
        if not problems and not read.is_valid():
            problems = [
                Pointer(f"?{name}", str(errors[0].code), str(errors[0]))
                for name, errors in read.errors.items()
            ]
        if problems:
            message = _("The address asks something that can not be answered.")
            raise DomainError("parameters_invalid", message, pointers=problems)
        view.asked = read.validated_data
        return True


def questions_of(view: Any) -> type[serializers.Serializer[Any]]:
    """The shape of what may be asked of this act of the view; lists have pages."""
    method = "GET" if view.request.method == "HEAD" else view.request.method
    act = getattr(view, "action", None) or method
    named: type[serializers.Serializer[Any]] | None = getattr(view, "questions", {}).get(act)
    return named or (PagesSerializer if act == "list" else StrictSerializer)


class Pages(PageNumberPagination):
    """``{"count", "next", "previous", "results"}`` with ``?page_size=`` up to a hundred."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        """Beyond the last page there is nothing, and the problem names the parameter."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except NotFound:
            message = _("The list has no such page.")
            found = [Pointer("?page", "no_such_page", message)]
            raise DomainError("no_such_page", message, status=404, pointers=found) from None

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The framework still says «nullable», which OpenAPI 3.1 does not know."""
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {
                "count": {"type": "integer"},
                "next": address,
                "previous": address,
                "results": schema,
            },
        }
