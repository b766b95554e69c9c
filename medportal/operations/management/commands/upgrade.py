"""``manage.py upgrade DESTINATION``: a tried backup first, then the migrations, then a count."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from medportal.operations.backups import keeping
from medportal.operations.backups.command import BackupCommand
from medportal.operations.backups.problems import BackupError
from medportal.operations.backups.trying import try_backup
from medportal.operations.models import Backup


class Command(BackupCommand):
    help = "Bring the database up to this version, with a backup of before in DESTINATION."

    def act(self, key_file: Path, folder: Path) -> None:
        steps = _steps()
        if not steps:
            self.stdout.write("The database is of this version already.")
            return
        keys = keeping.read_key(key_file, folder)
        self.stdout.write(f"{len(steps)} steps to go: {', '.join(steps)}")
        before = keeping.copy_out(folder, keys)
        self.stdout.write(f"Backup of before: {before.resolve()}")
        manifest = try_backup(before, keys)
        self.stdout.write("It was restored into a cluster of its own and counted.")
        try:
            call_command("migrate", verbosity=0, interactive=False)
        except Exception as error:
            raise BackupError(
                "migrate_failed",
                f"A step failed ({type(error).__name__}). The way back: with the version of "
                f"before, restore {before.resolve()} into an empty place.",
            ) from error
        keeping.note_made(before, Backup())
        self.stdout.write(f"Upgraded. {_fewer(manifest.tables)}")
        self.stdout.write(
            f"The way back: with the version of before, restore {before.name} into an empty place."
        )


def _steps() -> list[str]:
    plan = MigrationExecutor(connection)
    todo = plan.migration_plan(plan.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in todo]


def _fewer(before: Mapping[str, int]) -> str:
    """Whether a table lost rows on the way; a table that went away is named, too."""
    tables = connection.introspection.table_names()
    lost = []
    with connection.cursor() as cursor:
        for table, rows in before.items():
            if table in tables:
                name = connection.ops.quote_name(table)
                cursor.execute(f"SELECT count(*) FROM {name}")  # noqa: S608  # a table's quoted name
                now = cursor.fetchone()[0]
            else:
                now = 0
            if now < rows:
                lost.append(f"{table} ({rows} → {now})")
    return f"Look at these: {', '.join(lost)}." if lost else "No table has fewer rows than before."
