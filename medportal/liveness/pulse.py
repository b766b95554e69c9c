"""A step of every Celery worker: it rings for its own heartbeat as long as it is connected."""

from __future__ import annotations

from typing import Any

from celery import bootsteps
from celery.utils.nodenames import worker_direct


class Pulse(bootsteps.StartStopStep):
    """The message takes the way of every other: broker, this worker, a child of its, the row.

    So a worker that lives and takes nothing falls silent, and whoever watches may end it.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)
    _timer: Any = None

    def start(self, consumer: Any) -> None:
        """Also after each reconnection, which clears every timer."""
        from django.conf import settings

        seconds = settings.HEARTBEAT_SECONDS
        self._ring(consumer.hostname, seconds)
        self._timer = consumer.timer.call_repeatedly(
            seconds, self._ring, (consumer.hostname, seconds)
        )

    def _ring(self, worker: str, seconds: float) -> None:
        from medportal.common.queue.publish import publish
        from medportal.liveness.tasks import show_life

        publish(show_life, worker, queue=worker_direct(worker), expires=seconds)

    def stop(self, consumer: Any) -> None:  # noqa: ARG002  # Celery's signature
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
