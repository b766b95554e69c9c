"""The tests' profile: servers, files and secrets of its own, whatever the environment says.

The addresses are decided here and nothing is started; the fixture ``servers`` starts them there.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

FOLDER = Path(
    os.environ.setdefault(
        "MEDPORTAL_TEST_FOLDER",
        f"/var/tmp/mp-{os.getuid()}-{secrets.token_hex(4)}",  # noqa: S108  # made private, and short
    )
)
_SHARE = os.environ.get("PYTEST_XDIST_WORKER", "")
if _SHARE and not FOLDER.name.endswith(_SHARE):  # the suite is dealt out: servers for each share
    FOLDER = FOLDER.with_name(FOLDER.name + _SHARE)
    os.environ["MEDPORTAL_TEST_FOLDER"] = str(FOLDER)
PASSWORD = os.environ.setdefault("MEDPORTAL_TEST_PASSWORD", secrets.token_hex(16))
DATABASE_NAME = os.environ.get("MEDPORTAL_TEST_DATABASE", "medportal")
_HOST = f"{DATABASE_NAME}?host={FOLDER}/run"
os.environ["MEDPORTAL_PROFILE"] = "test"
os.environ["MEDPORTAL_VAR"] = str(FOLDER / "var")
os.environ["DATABASE_URL"] = f"postgresql://medportal_app:{PASSWORD}@/{_HOST}"
if os.environ.get("MEDPORTAL_ROLE", "command") == "command":
    os.environ["DATABASE_OWNER_URL"] = f"postgresql://medportal_owner:{PASSWORD}@/{_HOST}"
os.environ["REDIS_URL"] = f"unix://:{PASSWORD}@{FOLDER}/run/valkey.sock?db=0"
os.environ["SECRET_KEY"] = "test-" + PASSWORD * 2
os.environ["IDENTIFIER_KEY"] = os.environ.get(  # the same in the live worker
    "MEDPORTAL_TEST_IDENTIFIER_KEY", "test-identifiers-" + "0" * 40
)

from medportal.settings.loopback import *  # noqa: E402  # it reads what stands above

ALLOWED_HOSTS.append("testserver")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # logins are not the test
TEST_SUPERUSER_URL = f"postgresql://postgres:{PASSWORD}@/{_HOST}"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
