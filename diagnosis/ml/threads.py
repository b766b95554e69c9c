"""Keeping the linear algebra library to one thread while many small models are fitted."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any


def single_thread() -> AbstractContextManager[Any]:
    """Limit BLAS to one thread inside a ``with`` block.

    For matrices of a few hundred rows a second thread only waits: beside TensorFlow's own
    threads the same cross-validation took four times as long with two.
    """
    import threadpoolctl  # type: ignore[import-untyped]  # comes with scikit-learn

    limits: AbstractContextManager[Any] = threadpoolctl.threadpool_limits(1, user_api="blas")
    return limits
