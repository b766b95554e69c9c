"""Forms that were sent: the same one sent again, by a double click, is known."""

from __future__ import annotations

from django.db import models

from accounts.models.people import User


class Submission(models.Model):
    """One sending of one form by one person; kept for a day, as a digest of what was sent."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    location = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("user", "key", name="submission_once")]
        indexes = [models.Index(fields=["user", "at"], name="submission_user_at")]

    def __str__(self) -> str:
        return self.key
