"""Take goldens into a folder, or compare two such folders."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import django

from tests.goldens.differences import as_bytes, as_dom, differences

LANGUAGES = ("en", "zh-hans")


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m tests.goldens", description=__doc__)
    acts = words.add_subparsers(dest="act", required=True)
    take = acts.add_parser("take", help="ask for every page and answer and keep them")
    take.add_argument("folder", type=Path)
    take.add_argument("--language", choices=LANGUAGES, help="in this one alone, here and now")
    take.add_argument("--only", default="", metavar="NAME", help="pages whose name begins so")
    compare = acts.add_parser("compare", help="say which pages differ, and how they begin to")
    compare.add_argument("before", type=Path)
    compare.add_argument("after", type=Path)
    compare.add_argument(
        "--dom", action="store_true", help="elements and words alone: no whitespace, class or style"
    )
    asked = words.parse_args()
    if asked.act == "compare":
        return _compare(asked)
    if asked.language:
        return _take(asked)
    return _take_all(asked.folder, asked.only)


def _take_all(folder: Path, only: str) -> int:
    """A process and a world for each language, side by side."""
    if folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty: goldens are taken into a folder of their own.")
    words = [sys.executable, "-m", "tests.goldens", "take", str(folder), "--only", only]
    takers = [subprocess.Popen([*words, "--language", language]) for language in LANGUAGES]
    return max(taker.wait() for taker in takers)


def _take(asked: argparse.Namespace) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "medportal.settings.test"
    django.setup()
    from tests.goldens.taking import take  # it knows the models

    taken = take(asked.folder, asked.language, asked.only)
    print(f"{asked.language}: {taken.files} goldens of {taken.asked} answers")
    for broken in taken.broken:
        print(f"an error of the server: {broken}")
    return 1 if taken.broken else 0


def _compare(asked: argparse.Namespace) -> int:
    read = as_dom if asked.dom else as_bytes
    differing = 0
    for lines in differences(asked.before, asked.after, read):
        print("\n    ".join(lines))
        differing += 1
    print(f"{differing} differ" if differing else "no difference")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
