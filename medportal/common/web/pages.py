"""What every template may ask about the site, and the pages of last resort."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, Any]:
    """Context processor: the site's name and whether it is a demonstration."""
    return {"site_name": settings.SITE_NAME, "is_demonstration": settings.DEMONSTRATION}
