"""What every profile shares. Safe by default: a profile may only open what it names."""

from __future__ import annotations

import os
from pathlib import Path

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from medportal.configuration.addresses import ROOT, Addresses, find_addresses, var_folder
from medportal.settings import database
from medportal.settings.database import APPEND_ONLY_TABLES, READ_ONLY_TABLES, databases, owner
from medportal.settings.logs import *
from medportal.settings.people import *
from medportal.settings.queues import *
from medportal.settings.rest import *

django_stubs_ext.monkeypatch()

BASE_DIR = ROOT
VAR = var_folder()
DEBUG = False
DEMONSTRATION = False
"""Whether every page says that it is a demonstration and not medical advice."""

ROLE = database.ROLE
ADDRESSES: Addresses = find_addresses()
DATABASES = databases(ADDRESSES)
DATABASE_OWNER = owner(ADDRESSES)
DATABASE_APPEND_ONLY_TABLES: tuple[str, ...] = APPEND_ONLY_TABLES
DATABASE_READ_ONLY_TABLES: tuple[str, ...] = READ_ONLY_TABLES
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECRET_KEY = ""
IDENTIFIER_KEY = ""
"""Keys the hash by which a patient's identifiers are found."""
ALLOWED_HOSTS: list[str] = []
SITE_NAME = "MedPortal"

INSTALLED_APPS = [
    "medportal.database",
    "medportal.liveness",
    "accounts.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "axes",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "accounts.apps.AccountsConfig",
    "diagnosis.records",
    "diagnosis.registry",
    "diagnosis.inference",
    "diagnosis.interop",
    "diagnosis.portal",
    "medportal.operations.apps.OperationsConfig",
    "medportal.demo",
]

MIDDLEWARE = [
    "medportal.common.web.middleware.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "medportal.common.web.middleware.PrivateAnswers",
    "accounts.middleware.RoomForUploads",  # before anybody reads what is sent
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "medportal.common.web.middleware.BodyLimit",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "medportal.common.web.middleware.SessionLimits",
    "accounts.middleware.RequestFacts",
    "accounts.middleware.PersonalLanguage",
    "accounts.middleware.PreferredUnits",
    "accounts.middleware.OneTimePassword",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "medportal.urls"
WSGI_APPLICATION = "medportal.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "medportal.common.web.pages.site",
                "diagnosis.portal.frame.context.portal",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS: list[Path] = [ROOT / "static"]
OBJECTS = VAR / "objects"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": OBJECTS,
            "base_url": None,  # artifacts hold rows of patients: no address ever leads there
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FREE_BYTES = int(os.environ.get("MEDPORTAL_FREE_BYTES", 200_000_000))
"""With less room on the disk nothing is taken in any more; reading goes on."""
FILE_UPLOAD_MAX_MEMORY_SIZE = IMPORT_MOST_BYTES + 100_000
"""No upload is ever written beside the object store: a killed process leaves no patient behind."""
IMPORT_READERS = {
    "fhir": "diagnosis.interop.fhir.incoming.read",
    "csv": "diagnosis.records.incoming.table.read",
}
"""What makes patients out of the bytes of a file, by its format."""
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
BODY_LIMITS: dict[str, int] = {  # the first that an address begins with
    "/api/v1/imports": FILE_UPLOAD_MAX_MEMORY_SIZE,
    "/patients/import/": FILE_UPLOAD_MAX_MEMORY_SIZE,
    "/": DATA_UPLOAD_MAX_MEMORY_SIZE,
}
"""The largest body in bytes by the beginning of an address; the first that fits holds."""

CACHES = {
    "default": {
        "BACKEND": "medportal.common.cache.ForgivingRedisCache",
        "LOCATION": ADDRESSES.broker,
        "KEY_PREFIX": "cache",
        "TIMEOUT": 300,  # one server that never evicts: whatever is cached must expire
        "OPTIONS": {
            "serializer": "medportal.common.cache.JSONSerializer",
            "socket_connect_timeout": BROKER_SECONDS,
            "socket_timeout": BROKER_SECONDS,
        },
    }
}

CSP = "'self'"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [CSP],
        "script-src": [CSP],
        "style-src": [CSP],
        "img-src": [CSP],
        "font-src": [CSP],
        "connect-src": [CSP],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": [CSP],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

DEFAULT_EXCEPTION_REPORTER_FILTER = "medportal.common.reports.NothingFilter"
DEFAULT_EXCEPTION_REPORTER = "medportal.common.reports.BareReporter"
SILENCED_SYSTEM_CHECKS: list[str] = []
LOGGING_CONFIG = "logging.config.dictConfig"
DOWNTIME_CONTACT = os.environ.get("MEDPORTAL_DOWNTIME_CONTACT", "")
"""Whom the wards call while the database is away: on the page that says so."""
METRICS_TOKEN: str = os.environ.get("METRICS_TOKEN", "")
"""Who asks for /metrics sends it as a bearer; while it is empty nobody gets them."""
