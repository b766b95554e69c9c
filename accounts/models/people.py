"""Organisations, users, their roles, and the care teams in which they work."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class Organisation(models.Model):
    """A tenant: the hospital or practice that owns its patients and services."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120, unique=True)
    is_demonstration = models.BooleanField(_("demonstration"), default=False)
    preferred_units = models.JSONField(_("units shown first"), default=dict, blank=True)
    """By quantity, as ``medportal.common.preferred_units`` names them; empty: by the language."""
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    CLINICIAN = "clinician", _("clinician")
    NURSE = "nurse", _("nurse")
    DATA_SCIENTIST = "data-scientist", _("data scientist")
    REVIEWER = "reviewer", _("reviewer")
    PRIVACY_OFFICER = "privacy-officer", _("privacy officer")
    ADMINISTRATOR = "administrator", _("administrator")
    SERVICE_CLIENT = "service-client", _("service client")


class User(AbstractUser):
    """Somebody, or another system, who works for one organisation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("organisation"),
    )
    roles = ArrayField(
        models.CharField(max_length=20, choices=Role.choices),
        verbose_name=_("roles"),
        default=list,
        blank=True,
    )
    display_name = models.CharField(_("display name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    must_change_password = models.BooleanField(_("must change password"), default=False)
    last_visit_at = models.DateTimeField(_("last visit"), null=True, blank=True, editable=False)
    previous_visit_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ("username",)

    def __str__(self) -> str:
        return self.display_name or self.username

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Every session is void as soon as the password or a role is another one."""
        bound_to = f"{self.password}|{','.join(sorted(self.roles))}"
        digest = salted_hmac("accounts.User.session", bound_to, secret=secret, algorithm="sha256")
        return digest.hexdigest()


class CareTeam(models.Model):
    """People who look after patients together."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("care team")
        verbose_name_plural = _("care teams")
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint("organisation", "name", name="care_team_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> MembershipQuerySet:
        """Memberships that hold now."""
        now = timezone.now()
        return self.filter(starts_at__lte=now).filter(Q(ends_at=None) | Q(ends_at__gt=now))


class Membership(models.Model):
    """One person in one care team, from a start to an end."""

    team = models.ForeignKey(
        CareTeam, models.PROTECT, related_name="memberships", verbose_name=_("care team")
    )
    user = models.ForeignKey(
        User, models.PROTECT, related_name="memberships", verbose_name=_("user")
    )
    starts_at = models.DateTimeField(_("from"), default=timezone.now)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ("team", "user")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="membership_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.team}"
