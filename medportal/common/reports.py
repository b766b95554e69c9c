"""Error reports without contents: locals, forms, headers and settings may hold patients."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter


class NothingFilter(SafeExceptionReporterFilter):
    """Keeps nothing of the request, of the settings or of any frame."""

    def get_safe_settings(self) -> dict[str, Any]:
        return {}

    def get_safe_request_meta(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return {}

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: Any
    ) -> list[tuple[str, Any]]:
        return []


class BareReporter(ExceptionReporter):
    """A report names the exception's class and nothing that it says."""

    def get_traceback_data(self) -> dict[str, Any]:
        name = self.exc_type.__name__ if self.exc_type else "Error"
        return {"exception_type": name, "exception_value": "", "frames": [], "lastframe": None}

    def get_traceback_html(self) -> str:
        return "<h1>Server error</h1>"

    def get_traceback_text(self) -> str:
        return "Server error"
