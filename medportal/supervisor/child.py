"""Run by path, as the first step of every child: become the right user, tie the lifeline, exec.

It stands alone (no imports of the project), because it runs before anything else and as root.
``child.py SIGNAL PARENT UID GID -- program arguments``; UID and GID of -1 change nobody.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    split = sys.argv.index("--")
    signum, parent, uid, gid = (int(word) for word in sys.argv[1:split])
    command = sys.argv[split + 1 :]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)  # before the lifeline: a change of user cuts it
    os.umask(0o077)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signum, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit(1)  # the parent died before the line was tied
    os.execv(command[0], command)  # noqa: S606  # the whole purpose; no shell in between


main()
