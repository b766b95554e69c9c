"""``python -m diagnosis.ml``: train, predict, explain, evaluate and upgrade from a shell."""

import os
import sys

from diagnosis.ml.cli import main


def own_error_stream() -> None:
    """Keep standard error for our own lines: native libraries write theirs straight to it."""
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


if __name__ == "__main__":
    own_error_stream()
    sys.exit(main())
