"""What a backup says of itself: read once, written once."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from medportal.operations.backups.problems import BackupError
from medportal.operations.backups.sealing import Measured

FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """``migrations`` and ``tables`` (rows) are those of the very snapshot that was dumped."""

    made_at: str
    medportal: str
    postgresql: str
    profile: str
    migrations: tuple[tuple[str, str], ...]
    tables: Mapping[str, int]
    secrets: Mapping[str, str]
    files: Mapping[str, Measured]

    @classmethod
    def read(cls, content: bytes) -> Manifest:
        told = json.loads(content)
        if told.pop("format") != FORMAT:
            raise BackupError("format", "This backup has another format: use the version it is of.")
        migrations = tuple((app, name) for app, name in told.pop("migrations"))
        files = {name: Measured(**one) for name, one in told.pop("files").items()}
        return cls(migrations=migrations, files=files, **told)

    def written(self) -> bytes:
        return json.dumps({"format": FORMAT, **asdict(self)}).encode()

    @property
    def rows(self) -> int:
        return sum(self.tables.values())

    @property
    def major(self) -> int:
        """The version of the server that the backup is of."""
        return int(re.split(r"\D", self.postgresql, maxsplit=1)[0])
