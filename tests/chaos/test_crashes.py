"""kill -9 of web and worker processes, and crashes of PostgreSQL, under load (R1, R9).

What was acknowledged is stored, what is stored is applied, and what was paid is
credited once: whoever was killed, and whenever. CRASH_EVENTS says how many webhooks.
"""

import hashlib
import hmac
import http.client
import os
import random
import signal
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from demo.services.ports import free_port
from demo.services.processes import ServiceError
from tests.stand_ins import WEBHOOK_SECRET
from tests.web.site import PREFIX

from .book import ShiftedClock, read_book
from .chain import Coins
from .crashing import CrashingPostgres, crashing_postgres
from .figures import Figure, by_form
from .staging import Ground

EVENTS = int(os.environ.get("CRASH_EVENTS") or by_form(3_000, 20_000, 1_000_000))
PARTS = by_form(20, 50, 100)
CRASHES = by_form(3, 10, 100)
SENDERS = 8
DRAINERS = 2
TRIES = 5
SECONDS_BETWEEN_KILLS = 0.05


@pytest.fixture
def server(
    service_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CrashingPostgres]:
    """Give a PostgreSQL that may be crashed: never the one of DATABASE_URL."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    try:
        with crashing_postgres(service_folder / "crashing") as server:
            yield server
    except ServiceError as error:
        pytest.skip(str(error))


class Sender:
    """The gateway's side: signs, sends, and gives up after five tries.

    Attributes:
        sent: how many webhooks it is done with.
        acknowledged: the digests of those that were taken.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.sent = 0
        self.acknowledged: list[str] = []

    def send_all(self, coins: Iterable[Coins]) -> None:
        """Send a webhook of each."""
        for each in coins:
            self._send(each.webhook())
            self.sent += 1

    def _send(self, body: bytes) -> None:
        """Send one webhook as the gateway does, waiting less between the tries."""
        for tried in range(TRIES):
            if self._is_taken(body):
                self.acknowledged.append(hashlib.sha256(body).hexdigest())
                return
            time.sleep(0.05 * 2**tried)

    def _is_taken(self, body: bytes) -> bool:
        digest = hmac.new(WEBHOOK_SECRET.encode(), body, "sha256").hexdigest()
        headers = {"X-Gateway-Signature": f"sha256={digest}"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("POST", f"{PREFIX}/webhooks/crypton/", body, headers)
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def kill_one(ground: Ground, role: str) -> None:
    """Kill a child of a crew as the kernel does when memory is short."""
    with suppress(ProcessLookupError, FileNotFoundError):
        os.kill(random.choice(ground.children(role)), signal.SIGKILL)  # noqa: S311


def rage(
    ground: Ground,
    server: CrashingPostgres,
    senders: list[Sender],
    sending: list[Future[None]],
) -> int:
    """Kill and crash while webhooks are being sent; return how many were killed."""
    kills = 0
    while not all(future.done() for future in sending):
        time.sleep(SECONDS_BETWEEN_KILLS)
        kill_one(ground, random.choice(["door", "worker"]))  # noqa: S311
        kills += 1
        sent = sum(sender.sent for sender in senders)
        if sent * (CRASHES + 1) >= EVENTS * (server.crashes + 1):
            server.crash()
    return kills


def test_nothing_acknowledged_is_missing_whoever_is_killed(
    server: CrashingPostgres, service_folder: Path, figure: Figure
) -> None:
    url = server.postgres.create_database("killed")
    port = free_port()
    folder = service_folder / "killed"
    ground = Ground(folder, url, payments=EVENTS // PARTS, parts=PARTS, port=port)
    ground.run("prepare", seconds=EVENTS)
    coins = list(read_book(folder / "book.json", ShiftedClock()).coins.values())
    senders = [Sender(port) for _ in range(SENDERS)]
    with (
        ground.start("door", 3),
        ground.start("worker", 2),
        ThreadPoolExecutor(SENDERS) as pool,
    ):
        ground.wait_for_children("door", "worker")
        sending = [
            pool.submit(sender.send_all, coins[number::SENDERS])
            for number, sender in enumerate(senders)
        ]
        kills = rage(ground, server, senders, sending)
    for future in sending:
        future.result()
    acknowledged = [digest for sender in senders for digest in sender.acknowledged]
    (folder / "acknowledged.txt").write_text("\n".join(acknowledged))
    ground.run("drain", DRAINERS, seconds=EVENTS)
    verdict = ground.verdict(seconds=EVENTS)
    assert verdict["missing"] == 0
    assert verdict["transfers"] == verdict["final"] == verdict["credits"] == EVENTS
    assert verdict["wrongly_credited"] == []
    assert verdict["undone"] == 0
    figure(
        "webhooks under kill -9 and crashes of PostgreSQL",
        f"{EVENTS} webhooks, {kills} processes killed, {server.crashes} crashes,"
        f" {len(acknowledged)} acknowledged, 0 of them missing,"
        f" {verdict['credits']} credits, 0 twice",
    )
