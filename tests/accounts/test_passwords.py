"""What makes a password too easy. No rules of composition, no expiry."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.login.passwords import one_time_password
from accounts.models import Organisation, User


@pytest.fixture
def doctor():
    return User(
        username="lindqvist",
        display_name="Maja Lindqvist",
        organisation=Organisation(name="Northgate Hospital"),
    )


@pytest.mark.parametrize(
    "password",
    [
        "fourteen chars",  # one too few
        "aaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "tigertigertiger",
        "123456789012345",
        "qwertyuiopasdfgh",
        "medportal2026hospital",
        "Lindqvist-Northgate-1",
        "passwordpassword1",
        "majalindqvist1234",
    ],
)
def test_easy_passwords_are_refused(doctor, password):
    with pytest.raises(ValidationError):
        validate_password(password, doctor)


@pytest.mark.parametrize(
    "password",
    [
        "marmalade otter quartz lantern",
        "correct horse battery staple",
        "tausend kleine graue wolken",
        "一只安静的红色狐狸在雪地里慢慢地走",
        "x" * 3 + " violin " + "harbour 47 " * 5,
    ],
)
def test_long_ones_are_welcome_whatever_they_are_made_of(doctor, password):
    validate_password(password, doctor)


def test_one_time_passwords_differ_and_can_be_read_aloud(doctor):
    first, second = one_time_password(), one_time_password()

    assert first != second
    assert not set(first) & set("l1o0")
    validate_password(first, doctor)
