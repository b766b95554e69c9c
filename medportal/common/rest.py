"""What every endpoint of REST shares."""

from __future__ import annotations

from typing import Any

from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import JSONParser


class NumbersParser(JSONParser):
    """Lets NaN and Infinity through to the validator, which says which field they are in."""

    strict = False


class Pages(PageNumberPagination):
    """``{"count", "next", "previous", "results"}`` with ``?page_size=`` up to a hundred."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100

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
