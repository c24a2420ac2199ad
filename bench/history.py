"""An idle sweep and a status answer, with a history and with ten times as much.

Two databases that differ in nothing else, a process for each, asked by turns: what
counts is the CPU of the process and of the PostgreSQL backend that works for it.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from multiprocessing import get_context

from django.db import connection, connections

from demo.services.postgres import Postgres
from saleor_cryptopay.operations import expiry
from saleor_cryptopay.operations.opening import Opening, open_payment
from tests.chaos.world import USDT, World
from tests.web.site import PREFIX, Site

from .measuring import ROUNDS, Cost, cpu, process_clock, ratio
from .requests import request
from .rows import make_history
from .table import Row

TIMES = 50
KINDS = {"sweep": "idle sweep", "status": "status of a payment", "select": ""}

# What one of the two processes does, by its name.
_works: dict[str, Callable[[], object]] = {}


def measure(many: int, postgres: Postgres) -> Iterator[Row]:
    """Yield figures with `many` payments of history and with ten times as many."""
    short, long = _by_turns({"short": many, "long": 10 * many}, postgres)
    for kind in ("sweep", "status"):
        cost = f"{cpu(long[kind]):.2f} ms, PostgreSQL's part with it"
        yield (
            f"{KINDS[kind]}, CPU with ten times the history of {many:,} payments",
            f"{ratio(long[kind], short[kind]):.2f} x ({cost})",
            "at most 1.1 x",
        )
    yield (
        "status of a payment, CPU against a bare view with one select",
        f"{ratio(short['status'], short['select']):.2f} x",
        "",
    )


Costs = dict[str, list[Cost]]
"""The costs of each kind of work, round by round."""


def _by_turns(sizes: dict[str, int], postgres: Postgres) -> list[Costs]:
    connections.close_all()
    costs: dict[str, Costs] = {name: {kind: [] for kind in KINDS} for name in sizes}
    with ExitStack() as stack:
        pools = {}
        for name, many in sizes.items():
            postgres.create_database(name, template="bench")
            pools[name] = stack.enter_context(
                ProcessPoolExecutor(
                    1,
                    mp_context=get_context("fork"),
                    initializer=_begin,
                    initargs=(name, many),
                )
            )
        for number in range(ROUNDS + 1):
            for kind in KINDS:
                for name, pool in pools.items():
                    cost = pool.submit(_cost, kind).result()
                    if number:  # the first is for warming up
                        costs[name][kind].append(cost)
    return list(costs.values())


def _begin(database: str, many: int) -> None:
    """Go over to a database, and fill it."""
    connection.settings_dict["NAME"] = database
    past = datetime.now(UTC) - timedelta(days=30)
    world = World()
    world.clock.now = datetime.now(UTC)
    Site.stage = world.stage
    make_history(many, past, world)
    opening = Opening("to be shown", "", Decimal("50.10"), "USD", USDT.key)
    token = open_payment(opening, world.runtime).token
    _works["sweep"] = lambda: expiry.expire_due(world.runtime)
    _works["status"] = request("GET", f"{PREFIX}/pay/{token}/status/")
    _works["select"] = request("GET", f"/bare/select/{token}/")


def _cost(kind: str) -> Cost:
    """Return what one piece of work takes here and in PostgreSQL."""
    connection.ensure_connection()
    backend = process_clock(connection.connection.info.backend_pid)
    wall, used = time.perf_counter(), time.process_time() + backend()
    for _ in range(TIMES):
        _works[kind]()
    used, wall = time.process_time() + backend() - used, time.perf_counter() - wall
    return Cost(1000 * used / TIMES, 1000 * wall / TIMES)
