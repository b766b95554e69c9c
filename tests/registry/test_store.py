"""What runs is what was reviewed: artifacts by digest, hashed again whenever they are loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from diagnosis.ml import ArtifactError
from diagnosis.registry.models import ModelVersion
from diagnosis.registry.versions import store
from medportal.common.errors import DomainError
from tests.factories import OrganisationFactory
from tests.runnable import artifact_of, define, drafted, running

State = ModelVersion.State


@pytest.fixture(autouse=True)
def _nothing_loaded():
    store.forget_loaded()


def copy_of(version: ModelVersion) -> Path:
    return Path(settings.VAR) / "cache" / "artifacts" / f"{version.digest}.zip"


@pytest.fixture
def published(db) -> ModelVersion:
    version = running(OrganisationFactory())
    copy_of(version).unlink(missing_ok=True)
    return version


def test_a_published_version_loads_once_a_process(published):
    first = store.load_artifact(published)

    assert first.digest == published.digest
    assert store.load_artifact(published) is first


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.REJECTED, State.RECALLED])
def test_what_was_never_published_is_not_loaded(published, state):
    published.state = state

    with pytest.raises(DomainError, match="version_not_runnable"):
        store.load_artifact(published)
    with pytest.raises(DomainError, match="version_not_runnable"):
        store.load_artifact(published, states=store.FOR_REPRODUCTION)


def test_a_retired_version_loads_only_to_compare(published):
    published.state = State.RETIRED

    with pytest.raises(DomainError):
        store.load_artifact(published)
    assert store.load_artifact(published, states=store.FOR_REPRODUCTION).digest == published.digest


def test_a_spoiled_copy_is_fetched_anew(published):
    store.load_artifact(published)
    store.forget_loaded()
    copy_of(published).write_bytes(b"rubbish")

    assert store.load_artifact(published).digest == published.digest


def test_a_spoiled_object_is_never_run(published):
    name = store.object_name(published.digest)
    with default_storage.open(name) as stored:
        kept = stored.read()
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"rubbish"))
    try:
        with pytest.raises(ArtifactError):
            store.load_artifact(published)
    finally:
        default_storage.delete(name)
        default_storage.save(name, ContentFile(kept))


def test_another_artifact_under_the_same_name_is_never_run(published, tmp_path):
    other = store.keep(artifact_of("diabetes-onset"))
    copy_of(published).write_bytes(other.to_zip(tmp_path / "other.zip").read_bytes())

    assert store.load_artifact(published).digest == published.digest


def test_a_folder_and_its_archive_are_the_same_version(tmp_path):
    folder = artifact_of("coronary-disease")
    packed = store.keep(folder).to_zip(tmp_path / "artifact.zip")

    assert store.keep(packed).digest == store.keep(folder).digest


@pytest.mark.django_db
def test_a_draft_is_numbered_and_carries_its_manifest():
    service = define(OrganisationFactory())

    first, second = drafted(service), drafted(service)

    assert (first.number, second.number) == (1, 2)
    assert first.manifest["metrics"]["auroc"]["value"] > 0.5
