"""What an artifact is made of: named files, a manifest with their digests, and no other bytes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from diagnosis.ml import package
from diagnosis.ml.errors import ArtifactError
from diagnosis.ml.manifest import FORMAT, MANIFEST, NEEDED, canonical, checked, read, sha256

KNOWN = {*NEEDED, "background.npz", "refits.tflite", "layers.npz"}


class Container:
    """Files and what is said of them; read with distrust, written so that bytes repeat."""

    def __init__(self, manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
        """Store both; the manifest gets the digests of the files."""
        digests = {name: sha256(content) for name, content in sorted(files.items())}
        self.manifest: dict[str, Any] = {**manifest, "format": FORMAT, "files": digests}
        self.files = dict(files)
        self._manifest_bytes = canonical(self.manifest)

    @classmethod
    def load(cls, source: str | Path | bytes, digest: str | None = None) -> Self:
        """Read an artifact from its folder, from a ``.zip`` of it or from the bytes of that.

        Nothing is unpickled, and every byte is checked before it is used. With ``digest``, nothing
        but that very artifact is read.

        Raises
        ------
        ArtifactError
            A file is absent, changed or unreadable, the format is unknown, the archive is unsafe,
            or it is another artifact.
        """
        given = package.unpack(source) if isinstance(source, bytes) else package.read(Path(source))
        manifest = read(given)
        if digest is not None and sha256(given[MANIFEST]) != digest:
            raise ArtifactError("The artifact is not the one that was reviewed.")
        files = checked(manifest, given)
        artifact = cls.__new__(cls)
        artifact.manifest, artifact.files = manifest, files
        artifact._manifest_bytes = given[MANIFEST]
        artifact._check_inside()
        return artifact

    def _check_inside(self) -> None:
        """Raise ArtifactError where what was read contradicts itself."""

    def contents(self) -> dict[str, bytes]:
        """Return every file of the artifact, the manifest included."""
        return {MANIFEST: self._manifest_bytes, **self.files}

    def save(self, folder: str | Path) -> Path:
        """Write the artifact into a folder, made if need be; the manifest comes last."""
        target = Path(folder)
        package.refuse_strangers(target, {MANIFEST, *KNOWN, *self.files})
        target.mkdir(parents=True, exist_ok=True)
        for name, content in self.files.items():
            (target / name).write_bytes(content)
        for name in KNOWN - set(self.files):
            (target / name).unlink(missing_ok=True)
        (target / MANIFEST).write_bytes(self._manifest_bytes)
        return target

    def to_zip(self, path: str | Path) -> Path:
        """Write the artifact as one archive; the same artifact gives the same bytes."""
        return package.write_zip(Path(path), self.contents())

    def with_manifest(self, **entries: Any) -> Self:
        """Return the same model with more said about it: comparators, bands, counts."""
        return type(self)({**self.manifest, **entries}, self.files)

    def with_files(self, **files: bytes) -> Self:
        """Return the same model with more files beside it."""
        return type(self)(self.manifest, {**self.files, **files})

    @property
    def digest(self) -> str:
        """SHA-256 of ``manifest.json``, which holds that of every other file."""
        return sha256(self._manifest_bytes)

    @property
    def name(self) -> str:
        """What the model is called."""
        return str(self.manifest.get("name", ""))
