"""Files sealed as a stream of AES-256-GCM chunks (the STREAM construction).

A file's own key comes from the key set and a salt of chance; the nonce counts the chunks and marks
the last one; the header and the file's name are authenticated with every chunk. So a flipped byte,
a chunk left out, doubled or moved, a file cut short and a file under another's name are all seen.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from medportal.operations.backups.keys import KeySet
from medportal.operations.backups.problems import BackupError

MAGIC = b"MPSEAL1\n"
SALT_BYTES, TAG_BYTES, COUNTER_BYTES, FINGERPRINT_BYTES = 32, 16, 11, 16
CHUNK_BYTES = 1 << 20
HEADER_BYTES = len(MAGIC) + FINGERPRINT_BYTES + SALT_BYTES


def _cipher(keys: KeySet, salt: bytes) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"medportal backup file")
    return AESGCM(derived.derive(keys.key))


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(COUNTER_BYTES, "big") + bytes([is_last])


@dataclass
class Measured:
    """What was written: size and digest of the plain content, for the manifest."""

    size: int = 0
    digest: str = ""


class SealedWriter(RawIOBase):
    """Write plain content, get a sealed file; it is whole only after ``finish``."""

    def __init__(self, target: IO[bytes], keys: KeySet, name: str) -> None:
        salt = secrets.token_bytes(SALT_BYTES)
        header = MAGIC + keys.fingerprint.encode() + salt
        self._target, self._cipher = target, _cipher(keys, salt)
        self._context = header + name.encode()
        self._number, self._held = 0, bytearray()
        self._digest = hashlib.sha256()
        self.measured = Measured()
        target.write(header)

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._held += content
        self._digest.update(content)
        self.measured.size += len(content)
        while len(self._held) > CHUNK_BYTES:  # the last chunk is held back: it is marked
            self._seal(bytes(self._held[:CHUNK_BYTES]), is_last=False)
            del self._held[:CHUNK_BYTES]
        return len(content)

    def finish(self) -> Measured:
        self._seal(bytes(self._held), is_last=True)
        self.measured.digest = self._digest.hexdigest()
        return self.measured

    def _seal(self, chunk: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._number, is_last=is_last)
        self._target.write(self._cipher.encrypt(nonce, chunk, self._context))
        self._number += 1


def opened(file: Path, keys: KeySet, name: str = "") -> Iterator[bytes]:
    """The plain content in chunks; each is checked before it is given out."""
    name = name or file.name
    with file.open("rb") as source:
        header = source.read(HEADER_BYTES)
        _check_header(header, keys, name)
        cipher = _cipher(keys, header[-SALT_BYTES:])
        sealed = source.read(CHUNK_BYTES + TAG_BYTES)
        for number in range(1 << 62):
            following = source.read(CHUNK_BYTES + TAG_BYTES)
            nonce = _nonce(number, is_last=not following)
            try:
                yield cipher.decrypt(nonce, sealed, header + name.encode())
            except (InvalidTag, ValueError):
                raise BackupError(
                    "damaged", f"{name} is damaged or cut short: this backup cannot be used."
                ) from None
            if not following:
                return
            sealed = following


def _check_header(header: bytes, keys: KeySet, name: str) -> None:
    if len(header) < HEADER_BYTES or not header.startswith(MAGIC):
        raise BackupError("damaged", f"{name} is no sealed file of MedPortal, or it is cut short.")
    sealed_with = header[len(MAGIC) : -SALT_BYTES].decode("ascii", "replace")
    if sealed_with != keys.fingerprint:
        raise BackupError(
            "wrong_key",
            f"{name} was sealed with the key {sealed_with}; this is the key {keys.fingerprint}.",
        )
