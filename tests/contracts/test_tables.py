"""The pages of docs/ that are made from the tests say what the tests try."""

from __future__ import annotations

import pytest

from tests.tables import DOCS, MAKERS, made


@pytest.mark.parametrize("name", MAKERS)
def test_the_page_is_what_the_tests_say(name):
    assert (DOCS / name).read_text() == made(name)
