"""The key set: one file, kept apart from the backups and from the data.

It holds the key that opens backups, and the portal's own secrets, without which a restored portal
would not find a patient by an identifier. Backups without it are noise; whoever has both has all.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from medportal.operations.backups.problems import BackupError

FORMAT = 1
KEY_BYTES = 32
SECRETS = ("SECRET_KEY", "IDENTIFIER_KEY")


@dataclass(frozen=True)
class KeySet:
    key: bytes
    secrets: dict[str, str]
    profile: str = ""

    @property
    def fingerprint(self) -> str:
        """Names the key without telling anything of it."""
        return hashlib.sha256(b"medportal backup key" + self.key).hexdigest()[:16]

    def mark(self, name: str) -> str:
        """What a backup keeps of a secret, to see later whether it is the same one."""
        return mark_of(self.key, self.secrets.get(name, ""))


def mark_of(key: bytes, secret: str) -> str:
    return hmac.new(key, secret.encode(), "sha256").hexdigest()[:16]


def make_key_set(file: Path, portal_secrets: dict[str, str], profile: str) -> KeySet:
    """A new key set in a new file that only its owner reads."""
    made = KeySet(secrets.token_bytes(KEY_BYTES), portal_secrets, profile)
    content = {
        "format": FORMAT,
        "fingerprint": made.fingerprint,
        "key": base64.b64encode(made.key).decode(),
        "profile": profile,
        "secrets": portal_secrets,
    }
    try:
        file.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise BackupError("key_exists", f"{file} exists: a key is never written over.") from None
    except OSError as error:
        raise BackupError(
            "key_unwritable", f"{file} cannot be written: {error.strerror}."
        ) from None
    file.write_text(json.dumps(content, indent=1) + "\n")
    return made


def read_key_set(file: Path) -> KeySet:
    try:
        content = json.loads(file.read_text())
        key = base64.b64decode(content["key"], validate=True)
        kept = {str(name): str(secret) for name, secret in content["secrets"].items()}
        profile = str(content.get("profile", ""))
    except FileNotFoundError:
        raise BackupError(
            "key_missing",
            f"No key at {file}: without the key set that was kept apart, no backup can be read.",
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise BackupError("key_unreadable", f"{file} is no key set of MedPortal.") from None
    if len(key) != KEY_BYTES:
        raise BackupError("key_unreadable", f"{file} is no key set of MedPortal.")
    return KeySet(key, kept, profile)


def refuse_beside(file: Path, *places: Path) -> None:
    """A key beside what it opens protects nothing."""
    resolved = file.resolve()
    for place in places:
        if resolved.is_relative_to(place.resolve()):
            raise BackupError(
                "key_beside_data",
                f"{file} lies in {place}: keep the key apart from the backups and from the data.",
            )
