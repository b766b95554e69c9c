"""`make serve` on one machine: plain http, and therefore for this machine's own browser alone."""

from __future__ import annotations

import os

from medportal.configuration.secrets import from_file
from medportal.settings.base import *

SECRET_KEY = from_file("SECRET_KEY")
IDENTIFIER_KEY = from_file("IDENTIFIER_KEY")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
TIME_ZONE = os.environ.get("MEDPORTAL_TIME_ZONE", "UTC")

SESSION_COOKIE_NAME = "medportal-session"
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_NAME = "medportal-csrf"
CSRF_COOKIE_SECURE = False
LANGUAGE_COOKIE_NAME = "medportal-language"
LANGUAGE_COOKIE_SECURE = False
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
}
