"""What people type for a number, and what was perhaps meant by it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnosis.records import codes
from medportal.common import quantities


@dataclass(frozen=True)
class Fill:
    """A value with its unit that a button puts into the field."""

    value: str
    unit: str = ""

    @property
    def label(self) -> str:
        return f"{self.value} {codes.unit_text(self.unit)}".strip()


def not_a_number(text: str) -> str:
    """A comma could part thousands or decimals, so it is asked back, not guessed."""
    likely = quantities.meant(text)
    if likely:
        return _("Did you mean %(numbers)s?") % {"numbers": _(" or ").join(likely)}
    return _("Write a number, with a point before the decimals.")
