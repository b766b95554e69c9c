"""The ward of the pages' tests."""

from tests.portal.conftest import _in_english, ward  # noqa: F401  # fixtures
