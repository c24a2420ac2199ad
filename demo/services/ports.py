"""Ports of the loopback for what we start: never one that another run has in mind.

The system alone gives a port to two runs if neither has begun to listen on it, and one
of them would then talk to the other's server.
"""

import fcntl
import functools
import socket
from typing import IO

from .cache import CACHE

# A byte for each port: locked, for as long as it lives, by the process it was given to.
LEDGER = CACHE / "ports"


def free_port() -> int:
    """Return a TCP port of the loopback that nobody listens on now.

    No other process of ours on this machine is given it while this one lives.
    """
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if _reserve(port):
            return port


def _reserve(port: int) -> bool:
    try:
        fcntl.lockf(_ledger(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


@functools.cache
def _ledger() -> IO[bytes]:
    """Open it once: a process that closes it gives back all its ports."""
    LEDGER.parent.mkdir(parents=True, exist_ok=True)
    return LEDGER.open("ab")
