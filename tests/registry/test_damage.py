"""Damaged artifacts: found whatever the damage, fetched anew or refused by code, nothing else."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from diagnosis.ml import Artifact, ArtifactError, package
from diagnosis.registry.models import ModelVersion
from diagnosis.registry.versions import store
from tests.runnable import artifact_of

SLUGS = ("coronary-disease", "pbc-prognosis")
DAMAGES = 250  # of each kind of place


def flipped(content: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 8, 64))):
        spoiled[chance.randrange(len(spoiled))] ^= 1 << chance.randrange(8)
    return bytes(spoiled)


def cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def emptied(content: bytes, chance: random.Random) -> bytes:
    return b""


def overwritten(content: bytes, chance: random.Random) -> bytes:
    at, long = chance.randrange(len(content)), chance.randrange(1, 4096)
    return content[:at] + chance.randbytes(long) + content[at + long :]


def grown(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + chance.randbytes(chance.randrange(1, 64)) + content[at:]


def zeroed(content: bytes, chance: random.Random) -> bytes:
    """A block that the disk lost."""
    at = chance.randrange(len(content))
    return (content[:at] + bytes(4096) + content[at + 4096 :])[: len(content)]


KINDS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    flipped, flipped, flipped, cut, emptied, overwritten, grown, zeroed,
)  # fmt: skip


def damages(content: bytes, seed: str) -> Iterator[bytes]:
    chance = random.Random(seed)
    for _ in range(DAMAGES):
        yield chance.choice(KINDS)(content, chance)
    head = content[-2048:]  # the directory of the archive, of which few bytes are many faults
    for _ in range(DAMAGES):
        yield content[:-2048] + flipped(head, chance)


@pytest.fixture(params=SLUGS)
def kept(request) -> Iterator[tuple[ModelVersion, bytes]]:
    """A version whose artifact is in the store, and the bytes of that."""
    artifact = store.keep(artifact_of(request.param))
    with default_storage.open(store.object_name(artifact.digest)) as stored:
        content = stored.read()
    store.forget_loaded()
    yield ModelVersion(digest=artifact.digest, state=ModelVersion.State.PUBLISHED), content
    replace_stored(artifact.digest, content)
    copy_of(artifact.digest).unlink(missing_ok=True)
    store.forget_loaded()


def copy_of(digest: str) -> Path:
    return Path(settings.VAR) / "cache" / "artifacts" / f"{digest}.zip"


def replace_stored(digest: str, content: bytes) -> None:
    default_storage.delete(store.object_name(digest))
    default_storage.save(store.object_name(digest), ContentFile(content))


def loaded(version: ModelVersion) -> Artifact:
    store.forget_loaded()
    return store.load_artifact(version)


def test_whatever_happened_to_a_copy_it_is_fetched_anew(kept):
    version, content = kept
    loaded(version)

    for spoiled in damages(content, "copy"):
        copy_of(version.digest).write_bytes(spoiled)
        assert loaded(version).digest == version.digest
        assert Artifact.load(copy_of(version.digest)).digest == version.digest


def test_whatever_happened_in_the_store_it_is_refused_by_code_or_whole(kept):
    """A flipped date in the directory of an archive changes no file: that one is whole."""
    version, content = kept
    refused = 0

    for spoiled in damages(content, "store"):
        copy_of(version.digest).unlink(missing_ok=True)
        replace_stored(version.digest, spoiled)
        try:
            assert loaded(version).digest == version.digest
        except ArtifactError:
            refused += 1
            assert not copy_of(version.digest).exists()  # nothing damaged is ever kept beside

    assert refused > DAMAGES


@pytest.mark.parametrize("slug", SLUGS)
def test_a_damaged_file_is_found_even_where_the_archive_around_it_is_whole(slug, tmp_path):
    whole = Artifact.load(artifact_of(slug))
    chance = random.Random(slug)
    for name, content in sorted(whole.contents().items()):
        for number in range(40):
            spoiled = KINDS[number % len(KINDS)](content, chance)
            path = package.write_zip(tmp_path / "one.zip", {**whole.contents(), name: spoiled})
            if spoiled == content:
                continue
            with pytest.raises(ArtifactError):
                Artifact.load(path, whole.digest)
            with suppress(ArtifactError):  # without a digest: read or refused, no third
                Artifact.load(path)


def test_swapped_files_are_found(tmp_path):
    whole = Artifact.load(artifact_of(SLUGS[0]))
    names = sorted(whole.contents())
    for one, other in zip(names, names[1:] + names[:1], strict=True):
        contents = {**whole.contents(), one: whole.contents()[other], other: whole.contents()[one]}
        path = package.write_zip(tmp_path / "swapped.zip", contents)
        with pytest.raises(ArtifactError):
            Artifact.load(path)


def test_the_artifact_of_another_version_is_never_run_even_where_it_is_whole(kept, tmp_path):
    version, _ = kept
    other = Artifact.load(artifact_of("breast-mass")).to_zip(tmp_path / "other.zip").read_bytes()
    copy_of(version.digest).write_bytes(other)
    replace_stored(version.digest, other)

    with pytest.raises(ArtifactError, match="not the one that was reviewed"):
        loaded(version)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_packed_in_another_way_is_refused(packing, tmp_path):
    with zipfile.ZipFile(tmp_path / "packed.zip", "w", packing) as archive:
        for name, content in Artifact.load(artifact_of(SLUGS[0])).contents().items():
            archive.writestr(name, content)

    with pytest.raises(ArtifactError, match="packed"):
        Artifact.load(tmp_path / "packed.zip")


def test_where_no_copy_can_be_kept_the_model_answers_all_the_same(kept):
    version, _ = kept
    copy = copy_of(version.digest)
    copy.mkdir(parents=True)  # as unwritable as a full disk, also for root
    try:
        assert loaded(version).digest == version.digest
        assert not [path for path in copy.parent.iterdir() if path.name.startswith("tmp")]
    finally:
        copy.rmdir()
