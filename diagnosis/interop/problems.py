"""What the description of REST says about refusals: every one of them is a problem (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `pointer` leads to a field of the body, `parameter` names one of "
    "the address; `code` never changes, `detail` is for people and in their language.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "parameter": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
ALWAYS = (400, 401, 403, 404, 406, 411, 413, 429, 503)
OF_WRITING = (409, 415, 422, 507)
_CONTENT = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def documented(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of the generator: each operation names the refusals that it can answer with."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for operations in result["paths"].values():
        for method, operation in operations.items():
            statuses = ALWAYS if method == "get" else (*ALWAYS, *OF_WRITING)
            for status in statuses:
                answer = {"description": HTTPStatus(status).phrase, "content": _CONTENT}
                operation["responses"].setdefault(str(status), answer)
    return result
