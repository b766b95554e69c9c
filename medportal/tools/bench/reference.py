"""What most people would write: ``model.predict`` and ``shap.KernelExplainer``, no portal.

Run as ``python -m medportal.tools.bench.reference ARTIFACT ROUNDS``; prints a JSON line of seconds.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from diagnosis.ml import Artifact


def main(folder: str, rounds: int) -> None:
    import shap

    artifact = Artifact.load(Path(folder))
    model = artifact.keras_model
    background = artifact.background
    rows = background[:rounds]

    def predict(x: Any) -> Any:
        return model.predict(np.asarray(x, np.float32), verbose=0)["probability"].ravel()

    predict(rows[:1])  # the first call traces
    explainer = shap.KernelExplainer(predict, background)
    took: dict[str, list[float]] = {"predict": [], "explain": []}
    for row in rows:
        began = time.perf_counter()
        predict(row[None])
        took["predict"].append(time.perf_counter() - began)
        began = time.perf_counter()
        explainer.shap_values(row[None], silent=True)
        took["explain"].append(time.perf_counter() - began)
    print(json.dumps(took))  # noqa: T201 (the answer of this script)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
