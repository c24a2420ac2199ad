"""Where costly things wait for the next run, and how two runs keep off each other."""

import fcntl
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

CACHE = Path.home() / ".cache" / "saleor-cryptopay"


def fingerprint(parts: Iterable[str]) -> str:
    """Return a short name for these texts, whatever their order."""
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()[:16]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes that ask for the same lock waiting; they say so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Waiting for another run, which makes {path.stem}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
