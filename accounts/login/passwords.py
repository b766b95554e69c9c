"""Passwords: what is too easy, beyond length and the common list; one-time ones to hand over."""

from __future__ import annotations

import re
import secrets

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is misread on paper
GROUPS, GROUP_LENGTH = 5, 4
SHORTEST_UNIT = 5
FEWEST_CHARACTERS = 5
RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm")
CONTEXT = ("medportal", "hospital", "clinic", "password", "doctor", "patient", "welcome")


def one_time_password() -> str:
    """Something that can be read out on the telephone: five groups of four."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


class EasyPatternValidator:
    """Refuses length without substance: one piece repeated, runs of the keyboard, our own words."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        plain = password.casefold()
        if len(set(plain)) < FEWEST_CHARACTERS or _repeats(plain) or _is_run(plain):
            raise ValidationError(
                _("This password repeats one piece or follows the keyboard."),
                code="password_pattern",
            )
        if _only_words(plain, user):
            raise ValidationError(
                _("This password is made of words that are easy to guess here."),
                code="password_context",
            )

    def get_help_text(self) -> str:
        return str(
            _("Four or five words that do not belong together make a good password; no rules else.")
        )


def _repeats(plain: str) -> bool:
    return re.fullmatch(r"(.{1,8}?)\1+.{0,4}", plain) is not None


def _is_run(plain: str) -> bool:
    return any(plain in run * 3 or plain in run[::-1] * 3 for run in RUNS)


def _only_words(plain: str, user: AbstractBaseUser | None) -> bool:
    words = [*CONTEXT, settings.SITE_NAME.casefold()]
    if isinstance(user, User):
        organisation = user.organisation.name if user.organisation else ""
        words += f"{user.username} {user.display_name} {organisation}".casefold().split()
    rest = plain
    for word in sorted({word for word in words if len(word) > 2}, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != plain and len(re.sub(r"[\W\d_]", "", rest)) < SHORTEST_UNIT
