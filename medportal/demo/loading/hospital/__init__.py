"""A hospital of its real size in the demonstration's database, to measure and to plan on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from django.db import connection, transaction

from accounts import audit
from accounts.models import Organisation, User
from medportal.demo.loading.hospital import people, rows


@dataclass(frozen=True)
class Size:
    patients: int = 100_000
    observations: int = 5_000_000
    wards: int = 50


def is_filled() -> bool:
    return User.objects.filter(username="house").exists()


def fill(
    organisation: Organisation,
    size: Size,
    password: str,
    *,
    say: Callable[[str], object],
    as_owner: Callable[[], AbstractContextManager[None]],
) -> None:
    """All of it or nothing. Rows are made inside PostgreSQL, names here, where search has them."""
    with transaction.atomic():
        rows.without_limits()
        wards = people.open_wards(organisation, size.wards, password)
        people.admit(organisation, size.patients, wards)
        say(f"{size.patients:,} patients have a name and a ward.")
        made = rows.observe(per_patient=max(1, size.observations // size.patients))
        say(f"{made:,} observations are in their charts.")
        say(f"{rows.write_notes():,} notes.")
        say(f"{rows.predict():,} predictions wait, were decided or were refused.")
        audit.record(
            actor=None,
            act="demo.fill",
            detail={"patients": size.patients, "observations": made},
            organisation=organisation,
        )
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as autovacuum would, a little later
