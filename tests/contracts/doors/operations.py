"""Usage. Backups are made, tried and restored where ELSEWHERE says."""

from __future__ import annotations

from tests.contracts.doors import Ward, door


@door("usage.read", "page", by="administrator")
def _(ward: Ward):
    ward.get("portal:usage", "administrator")


@door("usage.read", "REST", by="administrator")
def _(ward: Ward):
    ward.ask("usage", "administrator")


@door("usage.export", "page", by="administrator")
def _(ward: Ward):
    ward.get("portal:usage-export", "administrator")
