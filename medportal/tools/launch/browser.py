"""A browser for the tests: one that is there, else Debian's, else the one line to type."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

NAMES = ("chromium", "chromium-headless-shell", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium-headless-shell", "fonts-noto-cjk")
FONTS = (Path("/usr/share/fonts/opentype/noto"), Path("/usr/share/fonts/noto-cjk"))
LINE = f"apt-get install -y {' '.join(PACKAGES)}"


def find() -> str | None:
    """The path of a Chromium, or None. MEDPORTAL_BROWSER names one that is elsewhere."""
    named = os.environ.get("MEDPORTAL_BROWSER")
    if named:
        return named
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def main() -> None:
    if find() and _has_chinese():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
    if not find():
        sys.exit(f"The browser tests need a Chromium. Type: sudo {LINE}")


def _has_chinese() -> bool:
    """Whether Chinese is more than empty boxes; asked only where fonts are Debian's."""
    return not Path("/etc/debian_version").exists() or any(folder.exists() for folder in FONTS)


def _install() -> None:
    print(f"Installing {' and '.join(PACKAGES)} …", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = threading.Event()
    threading.Thread(target=_keep_talking, args=[done], daemon=True).start()
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", *PACKAGES]):
        found = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False
        )
        if found.returncode and command[1] == "install":
            print(found.stderr.strip()[-600:], flush=True)
    done.set()


def _keep_talking(done: threading.Event) -> None:
    while not done.wait(8):
        print("  … installing", flush=True)


if __name__ == "__main__":
    main()
