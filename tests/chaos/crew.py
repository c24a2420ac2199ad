"""Processes that do one thing at the same time, and are born again when killed.

`python -m tests.chaos.crew ROLE COPIES FOLDER`: the parent sets Django up once and
forks its children. A role that ends by itself ends the crew; of one that lasts, every
child that dies is replaced, as a process manager would.
"""

import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import django

Child = Callable[[int], None]
"""What a child does, by its number from 0."""


@dataclass
class Crew:
    """A parent with its children.

    Attributes:
        work: what each does.
        lasts: whether a child that ends is replaced.
        register: the file that always names the living children.
    """

    work: Child
    lasts: bool
    register: Path
    children: dict[int, int] = field(default_factory=dict)
    failures: int = 0

    def start(self, number: int) -> None:
        """Fork a child."""
        pid = os.fork()
        if pid:
            self.children[pid] = number
            self._write()
            return
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        code = 1
        try:
            self.work(number)
            code = 0
        except BaseException:  # noqa: BLE001 - a child ends here, whatever happened
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def run(self, copies: int) -> int:
        """Keep the children until all have ended; return how many failed."""
        for number in range(copies):
            self.start(number)
        while self.children:
            pid, status = os.wait()
            number = self.children.pop(pid)
            if self.lasts:
                self.start(number)
            else:
                self.failures += bool(status)
        return self.failures

    def end(self, *_: object) -> None:
        """End all of it at once."""
        for pid in self.children:
            os.kill(pid, signal.SIGKILL)
        os._exit(0)

    def _write(self) -> None:
        draft = self.register.with_suffix(".draft")
        draft.write_text(" ".join(map(str, self.children)))
        draft.replace(self.register)


def listen(port: int) -> socket.socket:
    """Return the socket that all doors accept from."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


def main(role: str, copies: str, folder: str) -> int:
    """Run a crew to its end."""
    django.setup()
    from .roles import ROLES, LastingRole  # noqa: PLC0415 - models need the set-up

    found = ROLES[role](Path(folder))
    register = Path(folder) / f"{role}.pids"
    crew = Crew(found.work, isinstance(found, LastingRole), register)
    signal.signal(signal.SIGTERM, crew.end)
    return crew.run(int(copies))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
