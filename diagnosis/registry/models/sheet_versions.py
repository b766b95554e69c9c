"""What a service said of itself, edition by edition. Nothing of it is ever changed or removed.

A row that never changes is read once a process, by its key: a page of fifty results asks for no
sheet at all.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from functools import cached_property
from typing import Any, TypeVar

from django.db import models
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.utils.translation import gettext_lazy as _

from accounts.gate import Asker
from accounts.models import User
from diagnosis.ml import FeatureSchema
from diagnosis.registry.sheet import sheets

_ST = TypeVar("_ST")
_GT = TypeVar("_GT")
MOST = 500
_kept: dict[uuid.UUID, SheetVersion] = {}


class SheetVersionQuerySet(models.QuerySet["SheetVersion"]):
    def visible_to(self, user: Asker) -> SheetVersionQuerySet:
        """Those of the services of the asker's organisation."""
        if not user.is_authenticated or user.organisation_id is None:
            return self.none()
        return self.filter(service__organisation=user.organisation_id)


class SheetVersion(models.Model):
    """One edition of a service's sheet and inputs; ``registry.actions`` alone appends.

    The database numbers nothing and stamps the digest; it refuses every change.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(
        "registry.Service", models.PROTECT, related_name="sheets", verbose_name=_("service")
    )
    number = models.PositiveIntegerField(_("number"))
    content = models.JSONField(_("sheet"))
    schema = models.JSONField(_("inputs"))
    digest = models.CharField(_("digest"), max_length=64, db_default="", editable=False)
    created_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    objects = SheetVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("sheet of a service")
        verbose_name_plural = _("sheets of services")
        ordering = ("service", "-number")
        constraints = [models.UniqueConstraint("service", "number", name="sheet_number_once")]

    def __str__(self) -> str:
        return f"{self.service} · {self.number}"

    @cached_property
    def definition(self) -> sheets.Sheet:
        """The sheet as one reads it; the column is what was signed."""
        return sheets.read(self.content)

    @cached_property
    def features(self) -> FeatureSchema:
        return FeatureSchema.from_dict(self.schema)


def keep(found: Iterable[SheetVersion]) -> None:
    """Have them at hand in this process."""
    if len(_kept) > MOST:
        _kept.clear()
    for sheet in found:
        _kept.setdefault(sheet.pk, sheet)


def kept(pk: uuid.UUID) -> SheetVersion:
    """The sheet of this key; one that is not at hand is read with all others of its house."""
    found = _kept.get(pk)
    if found is not None:
        return found
    house = SheetVersion.objects.filter(pk=pk).values("service__organisation")
    read = {row.pk: row for row in SheetVersion.objects.filter(service__organisation__in=house)}
    if pk not in read:
        raise SheetVersion.DoesNotExist(f"No sheet {pk}.")
    keep(read.values())
    return read[pk]


def sheets_until(current: SheetVersion) -> tuple[SheetVersion, ...]:
    """All sheets that the service had, the oldest first, to ``current``."""
    last, service = current.number, current.service_id
    if last == 1:
        return (current,)
    found = [s for s in list(_kept.values()) if s.service_id == service and s.number <= last]
    if len(found) < last:
        found = list(SheetVersion.objects.filter(service=service, number__lte=last))
        keep(found)
    return tuple(sorted(found, key=lambda sheet: sheet.number))


class _Kept(ForwardManyToOneDescriptor[Any]):
    """Reads what the process keeps instead of asking the database row by row."""

    def get_object(self, instance: models.Model) -> Any:
        return kept(getattr(instance, self.field.attname))


class AppendOnlyKey(models.ForeignKey[_ST, _GT]):
    """A foreign key to a sheet: by its key alone it is known what is there, for ever."""

    forward_related_accessor_class = _Kept

    def deconstruct(self) -> Any:
        """To a migration it is any foreign key."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs
