"""What every shop of the demo stands on, and what a shop tells of itself."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from .sandbox import Sandbox
from .services.ports import free_port
from .services.postgres import Postgres
from .services.redis import Broker
from .storefront.shops import Shop
from .stories.play import Staff


@dataclass(frozen=True, slots=True)
class Ground:
    """The services that are there before the shop.

    Attributes:
        postgres: where the shop's database is made.
        broker: what joins its processes.
        sandbox: the gateway.
        storefront_url: where the storefront will be, without a slash at the end.
        folder: where logs go.
    """

    postgres: Postgres
    broker: Broker
    sandbox: Sandbox
    storefront_url: str
    folder: Path

    @property
    def database(self) -> str:
        """A name for the shop's database that no other run uses."""
        return f"cryptopay_demo_{os.getpid()}"


@dataclass(frozen=True, slots=True)
class RunningShop:
    """A shop that sells.

    Attributes:
        shop: what the storefront talks to.
        addresses: name → address of what else there is to open.
        database_url: where its payments are, for the clock that the demo turns.
        staff: who gives money back.
    """

    shop: Shop
    addresses: dict[str, str]
    database_url: str
    staff: Staff


def port_near(preferred: int) -> int:
    """Return a port that people can remember, or any where it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", preferred))
        except OSError:
            return free_port()
    return preferred
