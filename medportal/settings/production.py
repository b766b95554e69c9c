"""The default: TLS in front, secrets from the environment, and no start without them."""

from __future__ import annotations

import os
from pathlib import Path

from medportal.configuration.secrets import refuse_weak
from medportal.settings.base import *

SECRET_KEY = refuse_weak("SECRET_KEY")
IDENTIFIER_KEY = refuse_weak("IDENTIFIER_KEY")

ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if host != "*"]
TIME_ZONE = os.environ.get("MEDPORTAL_TIME_ZONE", "UTC")
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", VAR / "static"))

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]  # asked from inside, by address
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
PROXY_COUNT = int(os.environ.get("PROXY_COUNT", "0"))
if PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    AXES_IPWARE_PROXY_COUNT = PROXY_COUNT
    ALLAUTH_TRUSTED_PROXY_COUNT = PROXY_COUNT
    REST_FRAMEWORK["NUM_PROXIES"] = PROXY_COUNT
