"""Nothing is lost, doubled or locked up where our bridge meets Saleor's own operations.

`make races` runs the long form, for RACES_SECONDS on each Saleor at the most. A fault
names the scene and the places that the two sides were stopped at; the schedules are
drawn from a seed, so that it comes again. RACES_SCENE, parts of scenes' names with “|”
between them, races those alone.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from demo.services.environment import saleor_environment
from demo.services.processes import run
from demo.services.saleor import EMAIL, PASSWORD, PREPARE, Ground
from demo.services.templates import template_database
from tests.chaos.figures import Figure, by_form
from tests.playing import running_sandbox

from .gateway_watch import watching

PROGRAM = Path(__file__).with_name("run_inside.py")
NOBODY = "http://127.0.0.1:9/api/v1"
SEED = os.environ.get("RACES_SEED", "1")
SCENE = os.environ.get("RACES_SCENE", "")
SECONDS = os.environ.get("RACES_SECONDS") or str(
    by_form(quick=100, long=3_600, full=24 * 3_600)
)
MOST = by_form(quick=440, long=2_500, full=100_000)


@dataclass(frozen=True)
class Workshop:
    """A Saleor without server and worker, on a database of its own."""

    ground: Ground
    database_url: str

    def run(self, *command: str | Path) -> str:
        """Run something in Saleor's environment and return what it wrote."""
        environment = {
            **saleor_environment(self.ground.install, self.database_url),
            # Tasks that are asked for are kept in memory, where nobody does them.
            "CELERY_BROKER_URL": "memory://",
            # A session outlives a request, as long as its thread.
            "DB_CONN_MAX_AGE": "600",
        }
        return run(
            [self.ground.python, *command],
            environment=environment,
            folder=self.ground.install.src,
        )

    def report(self, *arguments: str) -> dict[str, Any]:
        """Run a program of this folder and return what it found."""
        last = self.run(PROGRAM, *arguments).splitlines()[-1]
        found: dict[str, Any] = json.loads(last)
        return found


@pytest.fixture(scope="session")
def prepared(ground: Ground) -> Iterator[Workshop]:
    """Give a shop that was just installed, for copying."""
    with _database(ground, template_database(ground.install, ground.postgres)) as made:
        made.run(PREPARE, "http://127.0.0.1", EMAIL, PASSWORD)
        yield made


@pytest.fixture
def workshop(prepared: Workshop) -> Iterator[Workshop]:
    """Give a Saleor to race in; each test has its own database."""
    name = urlsplit(prepared.database_url).path.lstrip("/")
    with _database(prepared.ground, name) as made:
        yield made


@contextmanager
def _database(ground: Ground, template: str) -> Iterator[Workshop]:
    name = f"cryptopay_races_{ground.install.slug}_{uuid4().hex[:12]}"
    url = ground.postgres.create_database(name, template)
    try:
        yield Workshop(ground, url)
    finally:
        ground.postgres.drop_database(name)


def test_no_interleaving_loses_or_doubles_anything(
    workshop: Workshop, figure: Figure
) -> None:
    tally = workshop.report("racing", NOBODY, EMAIL, SECONDS, str(MOST), SEED, SCENE)

    version = workshop.ground.install.version
    count = tally["directed"] + tally["free"]
    figure(
        f"races in Saleor {version}",
        f"{count} interleavings of {tally['scenes']} pairs of operations"
        f" ({tally['directed']} at chosen places), {tally['deadlocks']} deadlocks"
        f" ({tally['deadlocks_of_saleor']} more between operations of Saleor's own),"
        f" {len(tally['faults'])} faults, seed {SEED};"
        f" every single change of turn: {'yes' if tally['swept'] else 'no'},"
        f" every pair of places: {tally['paired']} pairs of operations",
    )
    assert tally["faults"] == []
    assert tally["deadlocks"] == 0
    assert count >= tally["scenes"] * 2


def test_locks_are_taken_in_saleors_order(workshop: Workshop) -> None:
    seen = workshop.report("locking", NOBODY, EMAIL)

    assert seen["wrong"] == []
    assert seen["unlocked"] == []
    # What is looked for is there to be found.
    assert "checkout_checkout > payment_transactionitem" in _beginnings(seen)
    assert "order_order > payment_transactionitem" in _beginnings(seen)
    assert "checkout_checkout > payment_payment" in _beginnings(seen)


def test_the_gateway_is_never_asked_with_a_transaction_open(
    workshop: Workshop, tmp_path: Path
) -> None:
    with (
        running_sandbox(tmp_path) as sandbox,
        watching(sandbox.url, workshop.database_url) as watch,
    ):
        sandbox.reset()
        found = workshop.report("calling", f"{watch.url}/api/v1", EMAIL)

    *calls, last = watch.calls
    asked = {call.what for call in calls}
    assert found["issued"] == 3
    assert {"POST /api/v1/addresses", "GET /api/v1/transactions"} <= asked
    assert [call for call in calls if call.transactions] == []
    # The last is made with one open on purpose: the watch does see it.
    assert last.transactions == 1


def _beginnings(seen: dict[str, Any]) -> set[str]:
    return {" > ".join(order.split(" > ")[:2]) for order in seen["orders"]}
