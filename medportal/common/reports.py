"""Error reports without contents: locals, forms, headers and settings may hold patients."""

from __future__ import annotations

from collections.abc import ItemsView
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString
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
    ) -> ItemsView[str, Any]:
        return {}.items()


class BareReporter(ExceptionReporter):
    """A report names the exception's class and nothing that it says."""

    def get_traceback_data(self) -> dict[str, Any]:
        name = self.exc_type.__name__ if self.exc_type else "Error"
        return {"exception_type": name, "exception_value": "", "frames": [], "lastframe": None}

    def get_traceback_html(self) -> SafeString:
        return SafeString("<h1>Server error</h1>")

    def get_traceback_text(self) -> SafeString:
        return SafeString("Server error")
