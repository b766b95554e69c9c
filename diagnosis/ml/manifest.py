"""The manifest of an artifact: read with distrust, and the digests that it holds checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from diagnosis.ml.errors import ArtifactError

FORMAT = "medportal-artifact/1"
MANIFEST = "manifest.json"
NEEDED = ("model.keras", "serving.tflite", "background.npy")


def canonical(manifest: Mapping[str, Any]) -> bytes:
    """Return a manifest as the bytes whose digest names the artifact; NaN is refused."""
    text = json.dumps(manifest, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def read(given: Mapping[str, bytes]) -> dict[str, Any]:
    """Return what ``manifest.json`` says."""
    if MANIFEST not in given:
        raise ArtifactError("This is no artifact: manifest.json is missing.")
    try:
        manifest = json.loads(given[MANIFEST])
    except (ValueError, RecursionError) as error:
        raise ArtifactError("manifest.json can not be read as JSON.") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ArtifactError(f"manifest.json is not of the format {FORMAT}.")
    return manifest


def checked(manifest: Mapping[str, Any], given: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files that the manifest lists, each with the digest that it says."""
    digests = manifest.get("files")
    if not isinstance(digests, dict):
        raise ArtifactError("manifest.json lists no files.")
    absent = [name for name in (*NEEDED, *digests) if name not in given or name not in digests]
    if absent:
        raise ArtifactError(f"The artifact lacks {absent[0]}.")
    strange = sorted(set(given) - set(digests) - {MANIFEST})
    if strange:  # nobody said what it is: it could be anybody's
        raise ArtifactError(f"The artifact holds {strange[0]}, which manifest.json does not name.")
    for name, digest in sorted(digests.items()):
        if sha256(given[name]) != digest:
            raise ArtifactError(f"{name} was changed: its digest is not that of the manifest.")
    return {name: given[name] for name in digests}
