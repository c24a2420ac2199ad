"""Work that falls due at a time, done by a few threads."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Job = TypeVar("Job")


class Agenda(Generic[Job]):
    """Hands each job to `do` when it is due, on at most `workers` threads at once.

    The threads are daemons: the program can end while one of them waits for an answer.
    """

    def __init__(self, do: Callable[[Job], None], workers: int) -> None:
        self._do = do
        self._due: list[tuple[float, int, Job]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._is_open = True
        self._generation = 0
        self._mine = threading.local()
        for _ in range(workers):
            threading.Thread(target=self._work, daemon=True).start()

    def add(self, job: Job, after_seconds: float = 0.0) -> None:
        """Put a job on the agenda.

        A job added by one that began before the last `clear` is forgotten.
        """
        with self._changed:
            if getattr(self._mine, "generation", self._generation) == self._generation:
                due = time.monotonic() + after_seconds
                heapq.heappush(self._due, (due, next(self._order), job))
                self._changed.notify()

    def clear(self) -> None:
        """Forget every job that has not begun."""
        with self._changed:
            self._due.clear()
            self._generation += 1

    def close(self) -> None:
        """Begin no more jobs."""
        with self._changed:
            self._is_open = False
            self._changed.notify_all()

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            self._do(taken[0])

    def _take(self) -> tuple[Job] | None:
        with self._changed:
            while self._is_open:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    self._mine.generation = self._generation
                    return (heapq.heappop(self._due)[2],)
                self._changed.wait(wait)
        return None
