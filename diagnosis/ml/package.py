"""Reading the files of an artifact from a folder or an archive, trusting neither."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection
from pathlib import Path

from diagnosis.ml.errors import DAMAGED, ArtifactError

MOST_BYTES = 512 * 2**20  # of all files together, unpacked
MOST_FILES = 32
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def read(source: Path) -> dict[str, bytes]:
    """Return the files of a folder or a ``.zip``, by name.

    Raises
    ------
    ArtifactError
        It does not exist, is no archive, holds strange names or is too large.
    """
    if source.is_dir():
        return _read_folder(source)
    if not source.is_file():
        raise ArtifactError(f"There is no artifact at {source}.")
    try:
        content = source.read_bytes()
    except OSError as error:
        raise ArtifactError(f"{source.name} can not be read.") from error
    return unpack(content)


def _read_folder(folder: Path) -> dict[str, bytes]:
    try:
        paths = sorted(folder.iterdir())
        for path in paths:
            # A link could lead out of the folder, a folder hide what nobody reviewed.
            if path.is_symlink() or not path.is_file() or not _NAME.fullmatch(path.name):
                raise ArtifactError(f"The artifact holds {path.name!a}, which no artifact has.")
        _refuse_too_much([path.stat().st_size for path in paths])
        return {path.name: path.read_bytes() for path in paths}
    except OSError as error:
        raise ArtifactError(f"{folder.name} can not be read.") from error


def refuse_strangers(folder: Path, names: Collection[str]) -> None:
    """Raise ArtifactError where a folder to be written holds anything but files of these names.

    What lay there before would become part of the artifact, and end its loading.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ArtifactError(f"{folder} is no folder.")
    strange = sorted({path.name for path in folder.iterdir()} - set(names))
    if strange:
        raise ArtifactError(f"{folder} already holds {strange[0]!a}: name an empty folder.")


def unpack(content: bytes) -> dict[str, bytes]:
    """Return the files of an archive.

    Raises
    ------
    ArtifactError
        It is no archive, is damaged, holds strange names or is too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            names = [entry.filename for entry in entries]
            if len(set(names)) != len(names) or not all(map(_NAME.fullmatch, names)):
                raise ArtifactError("The archive holds names that no artifact has.")
            if any(entry.compress_type not in _PACKED for entry in entries):
                raise ArtifactError("The archive is packed in a way that no artifact is.")
            _refuse_too_much([entry.file_size for entry in entries])
            return {entry.filename: _unpacked(archive, entry) for entry in entries}
    except ArtifactError:
        raise
    except DAMAGED as error:
        raise ArtifactError("This is no archive that can be read.") from error


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as stream:
        # The size in the directory may lie: never read more than it promised.
        content = stream.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise ArtifactError("The archive lies about the size of a file.")
    return content


def _refuse_too_much(sizes: list[int]) -> None:
    if len(sizes) > MOST_FILES or sum(sizes) > MOST_BYTES:
        raise ArtifactError(
            f"An artifact has at most {MOST_FILES} files and {MOST_BYTES // 2**20} MiB."
        )


def write_zip(path: Path, contents: dict[str, bytes]) -> Path:
    """Write files as an archive whose bytes depend on nothing but them."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, contents[name])
    return path
