"""Where a value comes from, in the reader's words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SOURCES = {
    "": _("chart"),
    "chart": _("chart"),
    "laboratory": _("laboratory"),
    "form": _("answered on a form"),
    "demonstration": _("demonstration"),
    "derived": _("computed"),
}


def source_said(source: str | None) -> str:
    """A source by name; a system that the portal does not know is named as it names itself."""
    return str(SOURCES.get(source or "", source))
