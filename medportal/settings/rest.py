"""REST: token authentication alone, JSON alone, denied unless a view says otherwise."""

from __future__ import annotations

_BEARER = "accounts.api_tokens.authentication.BearerAuthentication"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [_BEARER],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "accounts.api_tokens.scopes.InScope",
        "medportal.common.web.rest.UnderstoodQuestion",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["medportal.common.web.rest.StrictParser"],
    "DEFAULT_METADATA_CLASS": "medportal.common.web.rest.Methods",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "medportal.common.web.rest.Pages",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.UserRateThrottle",
        "rest_framework.throttling.AnonRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"user": "1200/min", "anon": "60/min"},
    "EXCEPTION_HANDLER": "medportal.common.web.http.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "NUM_PROXIES": 0,
    "URL_FORMAT_OVERRIDE": None,  # there is one format; a parameter of that name is unknown
}
SPECTACULAR_SETTINGS = {
    "TITLE": "MedPortal",
    "DESCRIPTION": "AI models as a service for medicine. Errors are RFC 9457 problem details.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SERVE_AUTHENTICATION": [
        _BEARER,  # first, so that a stranger gets 401 and is told how
        "rest_framework.authentication.SessionAuthentication",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "OAS_VERSION": "3.1.0",
    "PREPROCESSING_HOOKS": ["diagnosis.interop.rest.one_spelling"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "diagnosis.interop.problems.documented",
    ],
    "ENUM_NAME_OVERRIDES": {
        "JobState": "diagnosis.inference.models.Job.State",
        "VersionState": "diagnosis.registry.models.ModelVersion.State",
    },
}
