"""The file itself: of which format it is, who reads it, and where it waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from diagnosis.records.incoming.shapes import Reading, unusable
from diagnosis.records.models import ImportRun
from medportal.common.errors import DomainError

FOLDER = "imports"
CHUNK = 1 << 20


def format_of(data: bytes) -> str:
    """By what stands in it, whatever its name says: JSON begins with a brace."""
    start = data[:1000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise unusable("empty", _("The file is empty."))
    return ImportRun.Format.FHIR if start[:1] in b"{[" else ImportRun.Format.CSV


def read(data: bytes, kind: str) -> Reading:
    """Patients with their facts; the readers are named by the settings (``IMPORT_READERS``)."""
    reader: Callable[[bytes], Reading] = import_string(settings.IMPORT_READERS[kind])
    return reader(data)


def take(stream: IO[bytes]) -> bytes:
    """The whole file, as long as it is not too large; whatever its sender says of its size."""
    most: int = settings.IMPORT_MOST_BYTES
    found, size = [], 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > most:
            text = _("The file is larger than %(most)d MB: send it in parts.")
            message = text % {"most": most // 1_000_000}
            raise DomainError("file_too_large", message, status=413)
        found.append(chunk)
    return b"".join(found)


def keep(name: str, data: bytes) -> str:
    """Into the object store, privately, until somebody has read it."""
    kept: str = default_storage.save(f"{FOLDER}/{name}", ContentFile(data))
    return kept


def load(name: str) -> bytes:
    with default_storage.open(name) as stored:
        data: bytes = stored.read()
    return data


def remove(name: str) -> None:
    default_storage.delete(name)
