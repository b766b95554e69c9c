"""API tokens: only their hash is kept, and each says what it may be used for."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


class Scope(models.TextChoices):
    """What a program may do with a token, always within what its user may do."""

    READ = "read", _("read charts, predictions and services")
    WRITE = "write", _("record observations, decisions and outcomes")
    PREDICT = "predict", _("run services")
    EXPLAIN = "explain", _("read the reasons of a prediction")
    IMPORT = "import", _("bring records in")
    EXPORT = "export", _("take records out")


EVERYDAY = (Scope.READ, Scope.WRITE, Scope.PREDICT, Scope.EXPLAIN)
"""Unless somebody says otherwise at the command line; in bulk nothing comes in or goes out."""


class ApiToken(models.Model):
    """A bearer token of one user; the token itself is shown once and never stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=80, blank=True)
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope.choices),
        verbose_name=_("scopes"),
        default=list,
    )
    issued_by = models.CharField(_("issued by"), max_length=150, blank=True, editable=False)
    """In words: the person, or the operator at the machine."""
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.name or str(self.id)
