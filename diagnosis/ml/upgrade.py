"""Adding to an older artifact what newer ones hold; what it predicts stays the very same bytes."""

from __future__ import annotations

from diagnosis.ml import plain
from diagnosis.ml.artifact import Artifact
from diagnosis.ml.errors import ArtifactError


def upgraded(artifact: Artifact) -> Artifact:
    """Return the artifact with ``layers.npz``, read from its own Keras model.

    Raises
    ------
    ArtifactError
        The model was not made by this library, or does not agree with its serving form.
    """
    if artifact.fitted is not None:
        return artifact
    from diagnosis.ml.networks.taken_apart import taken_apart  # loads TensorFlow

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
