"""``column = ANY(array)``, which Django has no word for."""

from __future__ import annotations

from django.db.models import BooleanField, F, Func
from django.db.models.expressions import Combinable


def is_any_of(column: str, array: Combinable) -> Func:
    """A condition: the column holds one of the array's values."""
    return Func(
        F(column),
        array,
        template="%(expressions)s)",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )
