"""Webhook inboxes behind real servers: ours, a bare view, and dj-stripe's.

All of them in one process, on one PostgreSQL, taking validly signed deliveries by
turns. Compared is what each does before it answers: the bare view inserts a row, ours
verifies and inserts one, dj-stripe (as it is set up by default) verifies, stores and
handles an event of a kind that none of its handlers wants.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from demo.services.postgres import Postgres
from tests.web.site import PREFIX

from . import peer_events
from .measuring import Cost, cpu, ratio, wall, wall_ratio
from .requests import BODY, sign
from .serving import Deliveries, Delivery, Server, prepare, serving, versions
from .table import Row

ROUNDS = 9
TIMES = 200

PEERS = ("dj-stripe", "gunicorn", "uvicorn", "psycopg-pool")

# Heavy: fewer of them say as much.
PEER_TIMES = 50

DOOR = f"{PREFIX}/webhooks/crypton/"
SIGNATURE = "X-Gateway-Signature"


class Way(NamedTuple):
    """A way to serve, and how many times dj-stripe's rate ours is to be."""

    name: str
    connections: str
    asgi: bool
    goal: str


WAYS = (
    Way("threads, connections kept", "kept", asgi=False, goal="at least 8 x"),
    Way("ASGI, connections pooled", "pooled", asgi=True, goal="at least 3 x"),
    Way("ASGI, a new connection each", "new", asgi=True, goal=""),
)


def measure(postgres: Postgres) -> Iterator[Row]:
    """Yield what an intake costs beside the others, in each way of serving."""
    url = postgres.create_database("inboxes")
    prepare(url)
    yield "measured beside ours", ", ".join(versions(PEERS)), ""
    for way in WAYS:
        with serving(url, way.connections, asgi=way.asgi) as server:
            yield from _told(way, _by_turns(server))


def _told(way: Way, costs: Mapping[str, list[Cost]]) -> Iterator[Row]:
    ours, bare, peer = costs["ours"], costs["bare"], costs["dj-stripe"]
    rates = f"{1000 / wall(ours):.0f} against {1000 / wall(peer):.0f} a second"
    yield (
        f"webhook intake ({way.name}), CPU against a bare one-row insert",
        f"{ratio(ours, bare):.2f} x ({cpu(ours):.2f} ms against {cpu(bare):.2f} ms)",
        "at most 1.15 x",
    )
    yield (
        f"webhook intake ({way.name}), rate against dj-stripe's",
        f"{wall_ratio(peer, ours):.1f} x ({rates}; its CPU {cpu(peer):.2f} ms)",
        way.goal,
    )
    # What no inbox that stores a row can get past in this way of serving.
    yield (
        f"a bare one-row insert ({way.name}), rate against dj-stripe's",
        f"{wall_ratio(peer, bare):.1f} x",
        "",
    )


def _by_turns(server: Server) -> dict[str, list[Cost]]:
    costs: dict[str, list[Cost]] = {name: [] for name in KINDS}
    for number in range(ROUNDS + 1):
        for name, (make, times) in KINDS.items():
            cost = server.cost(make(times))
            if number:  # the first is for warming up
                costs[name].append(cost)
    return costs


def _ours(times: int) -> list[Delivery]:
    return [Delivery(DOOR, BODY, SIGNATURE, sign(BODY))] * times


def _bare(times: int) -> list[Delivery]:
    return [Delivery("/bare/insert/", BODY, SIGNATURE, sign(BODY))] * times


def _peer(times: int) -> list[Delivery]:
    bodies = [peer_events.event() for _ in range(times)]
    return [
        Delivery(peer_events.DOOR, body, "Stripe-Signature", peer_events.sign(body))
        for body in bodies
    ]


KINDS: dict[str, tuple[Deliveries, int]] = {
    "ours": (_ours, TIMES),
    "bare": (_bare, TIMES),
    "dj-stripe": (_peer, PEER_TIMES),
}
