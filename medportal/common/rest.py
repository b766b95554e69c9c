"""Shapes that every list over REST shares."""

from __future__ import annotations

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """``{"count", "next", "previous", "results"}`` with ``?page_size=`` up to a hundred."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100
