"""A file as an answer over HTTP."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from diagnosis.interop.exporting import Exported


def download(file: Exported) -> HttpResponse:
    """To be kept as a file, by nobody in between; named as RFC 6266 asks."""
    named = content_disposition_header(as_attachment=True, filename=file.name) or "attachment"
    charset = "; charset=utf-8" if file.media_type.startswith("text/") else ""
    return HttpResponse(
        file.content,
        content_type=file.media_type + charset,
        headers={"Content-Disposition": named, "Cache-Control": "no-store"},
    )
