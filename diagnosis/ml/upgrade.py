"""Adding to an older artifact what newer ones hold; what it predicts stays the very same bytes."""

from __future__ import annotations

from diagnosis.ml.artifact import Artifact
from diagnosis.ml.errors import ArtifactError
from diagnosis.ml.families import plain


def upgraded(artifact: Artifact) -> Artifact:
    """Return the artifact with ``layers.npz`` and with what the model looks at.

    The layers are read from its own Keras model. The training rows are not there any more, so
    what it looks at is told of the background rows; for models with one output.

    Raises
    ------
    ArtifactError
        The model was not made by this library, or does not agree with its serving form.
    """
    if artifact.fitted is None:
        artifact = _with_layers(artifact)
    if artifact.task.outputs == 1 and "explanations" not in artifact.manifest:
        artifact = _looked_at(artifact)
    return artifact


def _with_layers(artifact: Artifact) -> Artifact:
    from diagnosis.ml.families.dense.taken_apart import taken_apart  # loads TensorFlow

    facts = artifact.manifest.get("fit") or {}
    try:
        fitted = taken_apart(
            artifact.keras_model, artifact.schema.features, artifact.task.kind, facts
        )
        more = artifact.with_files(**{plain.FILE: plain.to_bytes(fitted)})
        _ = more.fitted
    except (KeyError, TypeError, ValueError, IndexError) as error:
        if isinstance(error, ArtifactError):
            raise
        raise ArtifactError("The model is not one that this library made.") from error
    return more


def _looked_at(artifact: Artifact) -> Artifact:
    from diagnosis.ml.explain.overall import overall

    seed = int((artifact.manifest.get("recipe") or {}).get("seed", 0))
    entry = overall(artifact, artifact.background, seed=seed, of="background")
    return artifact.with_manifest(explanations=entry)
