"""Taking turns at statements: two threads, stopped and let go at places of choice.

A side is one thread; each of its connections tells it of every statement, through
Django's own `execute_wrapper`. Places lie around the statements on shared tables that
lock or write: before each (after what was read for it), after each while its
transaction is open, and after the commit. Who waits for a lock of the other side is
found by asking PostgreSQL.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from django.db import connections
from psycopg.pq import TransactionStatus

DEADLOCK: Final = "40P01"
PATIENCE_SECONDS: Final = 60
GLANCE_SECONDS: Final = 0.015

# What both sides read and write; the rest of a shop's tables is set up and stays.
SHARED: Final = re.compile(
    r'"(checkout|order|payment|warehouse|saleor_cryptopay)_|advisory'
)
HEAVY: Final = re.compile(r"^\s*(INSERT|UPDATE|DELETE)|FOR UPDATE|advisory")

Move = Callable[[], object]
"""What a side does."""


class StuckError(AssertionError):
    """Neither side goes on, and PostgreSQL sees no lock that would tell why."""


@dataclass
class Side:
    """One of two threads.

    Attributes:
        move: what it does.
        name: of its thread.
        passed: places it has come to.
        limit: how many places it may pass; None is all.
        backends: PostgreSQL's ids of its sessions.
        deadlocks: statements that PostgreSQL broke off.
        error: what the move raised.
        answer: what it returned.
    """

    move: Move
    name: str
    passed: int = 0
    limit: int | None = None
    backends: set[int] = field(default_factory=set)
    deadlocks: list[str] = field(default_factory=list)
    error: Exception | None = None
    answer: object = None
    is_waiting: bool = False
    is_done: bool = False
    _reads: int = 0
    _is_dirty: bool = False
    _turn: threading.Condition = field(default_factory=threading.Condition)

    def start(self, limit: int | None, stage: ThreadPoolExecutor) -> None:
        """Begin, up to a place, on a thread of its own."""
        self.limit = limit
        stage.submit(self._run)

    def let(self, limit: int | None) -> None:
        """Let it go on, up to another place."""
        with self._turn:
            self.limit = limit
            self.is_waiting = False
            self._turn.notify_all()

    def rests(self, seconds: float) -> bool:
        """Wait a moment for it to stop or end; return whether it has."""
        with self._turn:
            return self._turn.wait_for(lambda: self.is_waiting or self.is_done, seconds)

    def _run(self) -> None:
        try:
            with _watched(self):
                self.answer = self.move()
        except Exception as error:  # noqa: BLE001 - judged by whoever started it
            self.error = error
        finally:
            with self._turn:
                self.is_done = True
                self._turn.notify_all()

    def pass_by(self) -> None:
        """Come to a place, and wait there if it is the last that may be passed."""
        with self._turn:
            self.passed += 1
            if self.limit is None or self.passed <= self.limit:
                return
            self.is_waiting = True
            self._turn.notify_all()
            if not self._turn.wait_for(lambda: not self.is_waiting, PATIENCE_SECONDS):
                raise StuckError(f"{self.name} was left waiting")

    def around(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,  # noqa: FBT001 - Django's
        context: Any,
    ) -> Any:
        """Come to the places before and after a statement."""
        if not SHARED.search(str(sql)):
            return execute(sql, params, many, context)
        link, is_heavy = context["connection"], bool(HEAVY.search(str(sql)))
        self._come_before(link, is_heavy=is_heavy)
        self.backends.add(link.connection.info.backend_pid)
        try:
            result = execute(sql, params, many, context)
        except Exception as error:
            if getattr(error.__cause__, "sqlstate", "") == DEADLOCK:
                self.deadlocks.append(str(sql)[:200])
            raise
        self._come_after(link, is_heavy=is_heavy)
        return result

    def _come_before(self, link: Any, *, is_heavy: bool) -> None:
        """Stop before what locks or writes if there was reading, and after a commit."""
        has_committed = self._is_dirty and not _is_in_transaction(link)
        if has_committed or self.passed == 0 or (is_heavy and self._reads):
            self._is_dirty = self._is_dirty and not has_committed
            self._reads = 0
            self.pass_by()

    def _come_after(self, link: Any, *, is_heavy: bool) -> None:
        if not is_heavy:
            self._reads += 1
            return
        self._reads, self._is_dirty = 0, True
        if _is_in_transaction(link):
            self.pass_by()


@dataclass(frozen=True)
class Reached:
    """How far the sides came.

    Attributes:
        first: places of the side that began, in all.
        second: places of the other, in all.
        stop: where the second truly stopped; less than asked for if it was blocked.
    """

    first: int
    second: int
    stop: int


class Director:
    """Lets two sides go on in turn; asks PostgreSQL who waits for whom."""

    def __init__(self, database: dict[str, Any]) -> None:
        """Open a session of its own; `database` is Django's entry of it."""
        self._session = psycopg.connect(
            dbname=database["NAME"],
            user=database["USER"],
            password=database["PASSWORD"],
            host=database["HOST"],
            port=database["PORT"],
            autocommit=True,
        )

        self._stages = [ThreadPoolExecutor(1), ThreadPoolExecutor(1)]

    def close(self) -> None:
        """Give the sessions back."""
        for stage in self._stages:
            stage.submit(connections.close_all).result()
            stage.shutdown()
        self._session.close()

    def take_turns(self, first: Side, second: Side, i: int, j: int) -> Reached:
        """Run `first` to its place `i`, `second` to its place `j`, then both out."""
        first.start(i, self._stages[0])
        self._until_still(first)
        second.start(j, self._stages[1])
        self._until_still(second)
        stop = second.passed
        first.let(None)
        self._until_still(first)
        second.let(None)
        self._until_done(first, second)
        return Reached(first.passed, second.passed, stop)

    def run_at_once(self, first: Side, second: Side, offset: float) -> Reached:
        """Run both freely, the second some seconds after the first."""
        first.start(None, self._stages[0])
        time.sleep(offset)
        second.start(None, self._stages[1])
        self._until_done(first, second)
        return Reached(first.passed, second.passed, second.passed)

    def _until_still(self, side: Side) -> None:
        """Wait until a side stops, ends, or waits for a lock of the other."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        seen = -1
        while not side.rests(GLANCE_SECONDS):
            # Asked only about a side that has not come on since the last glance.
            if side.passed == seen and self._is_blocked(side):
                return
            seen = side.passed
            if time.monotonic() > deadline:
                raise StuckError(f"{side.name} neither stops nor waits for a lock")

    def _until_done(self, *sides: Side) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        for side in sides:
            while not side.is_done:
                side.rests(GLANCE_SECONDS)
                if time.monotonic() > deadline:
                    raise StuckError(f"{side.name} does not end")

    def _is_blocked(self, side: Side) -> bool:
        query = (
            "SELECT 1 FROM pg_stat_activity"
            " WHERE pid = ANY(%s) AND wait_event_type = 'Lock'"
        )
        backends = list(side.backends)
        return self._session.execute(query, [backends]).fetchone() is not None


@contextmanager
def _watched(side: Side) -> Iterator[None]:
    with ExitStack() as stack:
        for link in connections.all():
            stack.enter_context(link.execute_wrapper(side.around))
        yield


def _is_in_transaction(link: Any) -> bool:
    raw = link.connection
    return raw is not None and raw.info.transaction_status in (
        TransactionStatus.INTRANS,
        TransactionStatus.INERROR,
    )
