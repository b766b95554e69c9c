"""Artifacts: kept in the object store by digest, copied beside the process, loaded once."""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from collections.abc import Collection
from pathlib import Path
from threading import Lock

import structlog
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from diagnosis.ml import Artifact, ArtifactError
from diagnosis.registry.models import ModelVersion
from medportal.common.errors import DomainError
from medportal.common.room import require_room

State = ModelVersion.State
FOR_PREDICTIONS = (State.PUBLISHED, State.SHADOW)
FOR_REPRODUCTION = (*FOR_PREDICTIONS, State.STOPPED, State.RETIRED)
"""What was once published may be run again on the inputs of then, to compare."""

KEPT_LOADED = 20

log = structlog.get_logger(__name__)
_lock = Lock()
_loaded: OrderedDict[str, Artifact] = OrderedDict()


def load_artifact(version: ModelVersion, *, states: Collection[str] = FOR_PREDICTIONS) -> Artifact:
    """The artifact of a version that may be run; checked against its digest, kept loaded."""
    if version.state not in states:
        raise DomainError("version_not_runnable", _("This version may not be run."), status=409)
    with _lock:
        if version.digest in _loaded:
            _loaded.move_to_end(version.digest)
            return _loaded[version.digest]
    artifact = _read(version.digest)
    with _lock:
        _loaded[version.digest] = artifact
        while len(_loaded) > KEPT_LOADED:
            _loaded.popitem(last=False)
    return artifact


def keep(source: Path) -> Artifact:
    """Put an artifact (a folder, or a zip of one) into the object store; returns it, checked."""
    artifact = Artifact.load(source)
    _ = artifact.fitted  # what will explain it must be the model that answers
    name = object_name(artifact.digest)
    if not default_storage.exists(name):
        require_room()
        with (
            tempfile.TemporaryDirectory(dir=_beside()) as folder,
            artifact.to_zip(Path(folder) / "artifact.zip").open("rb") as packed,
        ):
            default_storage.save(name, File(packed))
    return artifact


def object_name(digest: str) -> str:
    return f"artifacts/{digest}.zip"


def forget_loaded() -> None:
    """Drop what this process keeps loaded."""
    with _lock:
        _loaded.clear()


def _read(digest: str) -> Artifact:
    copy = _beside() / f"{digest}.zip"
    try:
        return _ready(Artifact.load(copy, digest))
    except ArtifactError:
        pass  # there is no copy, or it is damaged: the store is asked
    content = _stored(digest)
    artifact = _ready(Artifact.load(content, digest))
    _copy(content, copy)
    return artifact


def _ready(artifact: Artifact) -> Artifact:
    """Run it once on what it brought along: a model that does not run here fails now."""
    if artifact.fitted is None:  # else it was compared with the serving form, so that this ran
        artifact.predict_matrix(artifact.references.take(slice(0, 1)))
    return artifact


def _stored(digest: str) -> bytes:
    try:
        with default_storage.open(object_name(digest)) as stored:
            content: bytes = stored.read()
    except OSError as error:
        raise ArtifactError("The object store does not give the artifact.") from error
    return content


def _copy(content: bytes, copy: Path) -> None:
    """What was read whole, written aside and moved into place; without room there is none."""
    aside: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=copy.parent, delete=False) as written:
            aside = Path(written.name)
            written.write(content)
        aside.replace(copy)
    except OSError:
        log.warning("artifact_not_copied")
        if aside is not None:
            aside.unlink(missing_ok=True)


def _beside() -> Path:
    """The private folder of copies; artifacts hold rows of patients."""
    folder = Path(settings.VAR) / "cache" / "artifacts"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
