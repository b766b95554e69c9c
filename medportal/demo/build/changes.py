"""What building anew changed, so that numbers are only replaced when they differ."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from diagnosis.ml.artifact import Artifact

# Another machine's arithmetic moves the last digits; a changed recipe or table moves more.
TOLERANCE = 1e-4
_NOT_COMPARED = ("environment", "files", "fit")


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Walk a manifest: the path and the value of every entry."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}/{key}")
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from leaves(item, f"{path}/{i}")
    else:
        yield path, value


def _alike(old: Any, new: Any) -> bool:
    numbers = (int, float)
    if isinstance(old, numbers) and isinstance(new, numbers):
        return abs(old - new) <= TOLERANCE * max(1.0, abs(old), abs(new))
    return bool(old == new)


def changed_entries(old: Artifact, new: Artifact) -> list[str]:
    """Return the paths of the manifest entries that differ, and of predictions that moved."""
    before, after = (
        dict(leaves({k: v for k, v in a.manifest.items() if k not in _NOT_COMPARED}))
        for a in (old, new)
    )
    missing = object()
    paths = sorted(set(before) | set(after))
    changed = [p for p in paths if not _alike(before.get(p, missing), after.get(p, missing))]
    return changed + _moved_predictions(old, new)


def kept_where_alike(old: Any, new: Any) -> Any:
    """Return ``new`` with the numbers of ``old`` where only the last digits differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        return {key: kept_where_alike(old.get(key), item) for key, item in new.items()}
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [kept_where_alike(*pair) for pair in zip(old, new, strict=True)]
    return old if _alike(old, new) else new


def renewed(old: Artifact, new: Artifact) -> Artifact:
    """Return what ``new`` says, in the very bytes of ``old`` where its model did not move."""
    manifest = kept_where_alike(old.manifest, new.manifest)
    if _moved_predictions(old, new):
        return Artifact(manifest, new.files)
    same = {name: old.manifest[name] for name in _NOT_COMPARED if name in old.manifest}
    return Artifact({**manifest, **same}, old.files)


def _moved_predictions(old: Artifact, new: Artifact) -> list[str]:
    if old.schema.names != new.schema.names:
        return ["/predictions"]
    if not np.array_equal(old.background, new.background, equal_nan=True):
        return ["/background"]
    rows = new.background
    gap = np.abs(old.predict_matrix(rows) - new.predict_matrix(rows)).max()
    before, after = old.refit_probabilities(rows), new.refit_probabilities(rows)
    if before is not None and after is not None and before.shape == after.shape:
        gap = max(gap, np.abs(before - after).max())
    elif before is not None or after is not None:
        return ["/refits"]
    return ["/predictions"] if gap > TOLERANCE else []


def replace_if_changed(folder: Path, new: Artifact) -> str:
    """Save an artifact where it differs from the one in the folder; say what changed."""
    if not (folder / "manifest.json").exists():
        new.save(folder)
        return f"new, {new.digest[:12]}"
    old = Artifact.load(folder)
    changed = changed_entries(old, new)
    if not changed:
        return f"unchanged, {old.digest[:12]}"
    new = renewed(old, new)
    new.save(folder)
    shown = ", ".join(changed[:6]) + (" …" if len(changed) > 6 else "")
    return f"{old.digest[:12]} -> {new.digest[:12]}: {len(changed)} entries differ ({shown})"
