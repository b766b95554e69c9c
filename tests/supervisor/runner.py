"""Run as a process by the tests: servers and, if asked, a stack, until it is ended."""

import os
import signal
import sys
import time
from pathlib import Path

from medportal.supervisor.lifeline import end_with_parent
from medportal.supervisor.servers import Servers
from medportal.supervisor.stack import Stack
from medportal.supervisor.system import Unusable

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
"""What stands for the portal's processes."""


def main() -> None:
    end_with_parent(signal.SIGINT)  # a test run that was killed leaves nothing behind
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
    folder, role = Path(sys.argv[1]), sys.argv[2:]
    try:
        with Servers(folder, throwaway=True, say=print) as servers:
            commands = {name: [*SLEEPER, name] for name in role}
            stack = Stack(servers, Path("/"), lambda _: dict(os.environ), commands, print)
            stack.start()
            for child in (*servers.children, *(watched.child for watched in stack.watched)):
                print("child", child.name, child.pid, flush=True)
            print("ready", flush=True)
            while True:
                time.sleep(0.1)
                stack.look()
    except Unusable as error:
        sys.exit(str(error))


main()
