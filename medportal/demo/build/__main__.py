"""``python -m medportal.demo.build [--quick] [SLUG …]``: make the demonstration's models anew.

``--quick`` measures the shipped models and the simple scores again and keeps what is known of the
comparators that take long to train.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from diagnosis.ml.artifact import Artifact
from medportal.configuration.addresses import ROOT
from medportal.demo.build import card, readme, report, study
from medportal.demo.build.changes import replace_if_changed
from medportal.demo.build.kinds import page as kinds_page
from medportal.demo.build.kinds import study as kinds_study
from medportal.demo.build.kinds.plans import KINDS
from medportal.demo.build.kinds.table import KindTable
from medportal.demo.build.plans import CANDIDATES, PLANS
from medportal.demo.build.recurrence import page
from medportal.demo.build.recurrence import study as recurrence
from medportal.demo.build.recurrence.tables import SLUG
from medportal.demo.build.table import HERE, DemoTable

QUICK = "--quick"
PAGE = ROOT / "docs" / "models.md"


def say(text: str) -> None:
    """Print a line at once: a build takes minutes."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def artifact_folder(slug: str) -> Path:
    """Return where a service's artifact is kept."""
    return HERE / "artifacts" / slug


def write_demo_rows(table: DemoTable | KindTable) -> None:
    """Name the rows that the demonstration patients are made of."""
    path = table.folder / "demo_rows.json"
    text = json.dumps(table.named(table.held_out)) + "\n"
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
        say(f"{table.slug}: demo_rows.json changed")


def build(slug: str, *, quick: bool = False) -> None:
    """Make one service's artifact and say what changed."""
    started = time.monotonic()
    measured = study.measure(slug)
    write_demo_rows(measured.table)
    say(f"{slug}: measured on {len(measured.frame)} rows; now its comparators")
    compared = study.with_rivals(measured, quick=quick)
    say(f"{slug}: compared; now the shipped model and its refits")
    entries = card.entries(compared)
    if quick:
        older = Artifact.load(artifact_folder(slug)).manifest["comparators"]
        entries["comparators"] = card.kept(entries["comparators"], older)
    if slug in CANDIDATES:
        published = Artifact.load(artifact_folder(measured.table.slug))
        entries["against"] = [card.plain(study.against_published(compared, published))]
    artifact = study.fitted(compared, entries)
    artifact = artifact.with_manifest(**card.after_fitting(compared, artifact))
    verdict = replace_if_changed(artifact_folder(slug), artifact)
    say(f"{slug}: {verdict} ({time.monotonic() - started:.0f} s)")


def build_kind(slug: str) -> None:
    """Make the artifact of a service of another kind and say what changed."""
    started, plan = time.monotonic(), KINDS[slug]
    write_demo_rows(plan.load())
    verdict = replace_if_changed(artifact_folder(slug), kinds_study.made(plan))
    say(f"{slug}: {verdict} ({time.monotonic() - started:.0f} s)")


def build_recurrence() -> None:
    """Make the artifact that is judged by a table of its own."""
    started = time.monotonic()
    verdict = replace_if_changed(artifact_folder(SLUG), recurrence.build())
    say(f"{SLUG}: {verdict} ({time.monotonic() - started:.0f} s)")


def _manifests(slugs: Iterable[str]) -> dict[str, dict[str, Any]]:
    folders = {slug: artifact_folder(slug) for slug in slugs}
    return {
        slug: Artifact.load(folder).manifest for slug, folder in folders.items() if folder.exists()
    }


def write_page() -> None:
    """Write ``docs/models.md`` and the table of README.md from the artifacts as they are."""
    manifests = _manifests(PLANS)
    readme.write(ROOT / "README.md", manifests)
    PAGE.parent.mkdir(exist_ok=True)
    text = "\n".join([report.page(manifests), kinds_page.page(_manifests(KINDS))])
    if artifact_folder(SLUG).exists():
        text += "\n" + page.section(Artifact.load(artifact_folder(SLUG)).manifest)
    PAGE.write_text(text)
    say(text)


def main(slugs: list[str]) -> int:
    """Build the named services, or all."""
    known, quick = [*PLANS, *CANDIDATES, *KINDS, SLUG], QUICK in slugs
    slugs = [slug for slug in slugs if slug != QUICK]
    unknown = sorted(set(slugs) - set(known))
    if unknown:
        say(f"No such service: {', '.join(unknown)}. Known: {', '.join(known)}.")
        return 2
    # Threads of several libraries at once are slower than one each, and not reproducible.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for slug in slugs or known:
        if slug in KINDS:
            build_kind(slug)
        elif slug == SLUG:
            build_recurrence()
        else:
            build(slug, quick=quick)
    write_page()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
