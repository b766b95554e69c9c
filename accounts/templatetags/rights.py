"""Whether a button is there: the same row that its act asks."""

from __future__ import annotations

from django import template

from accounts import rights

register = template.Library()


@register.filter
def may(user: object, act: str) -> bool:
    """As in ``{% if user|may:"prediction.request" %}``."""
    return rights.offered(user, act)
