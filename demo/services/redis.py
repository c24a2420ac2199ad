"""The broker between a shop and its worker: Redis, or files where there is no Redis."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .ports import free_port
from .processes import Program, bare_environment

START_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Broker:
    """Where Celery's messages go.

    Attributes:
        url: Celery's `broker_url`.
        cache_url: Django's cache in the form of a URL (Saleor's `CACHE_URL`).
        transport_options: Celery's `broker_transport_options`.
    """

    url: str
    cache_url: str
    transport_options: dict[str, str] = field(default_factory=dict)

    @property
    def is_redis(self) -> bool:
        """Whether messages go through Redis, as in a merchant's shop."""
        return self.url.startswith("redis:")


@contextmanager
def start_broker(folder: Path) -> Iterator[Broker]:
    """Start a Redis that keeps nothing, or use files in `folder` where none is."""
    program = shutil.which("redis-server")
    if program is None:
        yield file_broker(folder)
        return
    port = free_port()
    arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    command = [program, *arguments, "--appendonly", "no", "--dir", str(folder)]
    log = folder / "redis.log"
    folder.mkdir(parents=True, exist_ok=True)
    with Program("redis", command, log=log, environment=bare_environment()) as redis:
        redis.wait_for_line("Ready to accept connections", START_SECONDS)
        url = f"redis://127.0.0.1:{port}"
        yield Broker(url=f"{url}/0", cache_url=f"{url}/1")


def file_broker(folder: Path) -> Broker:
    """Return a broker that needs no server: Celery's messages as files in `folder`."""
    messages = folder / "messages"
    control = folder / "control"
    for each in (messages, control):
        each.mkdir(parents=True, exist_ok=True)
    return Broker(
        url="filesystem://",
        cache_url="locmem://",
        transport_options={
            "data_folder_in": str(messages),
            "data_folder_out": str(messages),
            "control_folder": str(control),
        },
    )
