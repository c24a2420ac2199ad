"""Measuring: CPU and wall time of the same work done in two ways, by turns."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from statistics import median

ROUNDS = 15


@dataclass(frozen=True)
class Cost:
    """What one piece of work took, in milliseconds."""

    cpu: float
    wall: float


def process_clock(process_id: int) -> Callable[[], float]:
    """Return what reads the CPU seconds that another process has had."""
    # As Linux numbers the clocks of processes (clock_getcpuclockid).
    return partial(time.clock_gettime, (~process_id << 3) | 2)


def cost_of(work: Callable[[], object], times: int) -> Cost:
    """Return what one of `times` pieces of work takes on average."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(times):
        work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Cost(1000 * cpu / times, 1000 * wall / times)


def by_turns(
    works: Mapping[str, Callable[[], object]], times: int
) -> dict[str, list[Cost]]:
    """Return the costs of each kind of work, round by round, taken in turns.

    What else the machine does then falls on all of them alike.
    """
    for work in works.values():
        cost_of(work, max(1, times // 10))
    costs: dict[str, list[Cost]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            costs[name].append(cost_of(work, times))
    return costs


def cpu(costs: list[Cost]) -> float:
    """Return the median CPU time of the rounds, in milliseconds."""
    return median(cost.cpu for cost in costs)


def wall(costs: list[Cost]) -> float:
    """Return the median wall time of the rounds, in milliseconds."""
    return median(cost.wall for cost in costs)


def ratio(costs: list[Cost], others: list[Cost]) -> float:
    """Return the median of the rounds' CPU ratios."""
    return median(a.cpu / b.cpu for a, b in zip(costs, others, strict=True))


def wall_ratio(costs: list[Cost], others: list[Cost]) -> float:
    """Return the median of the rounds' ratios of wall time."""
    return median(a.wall / b.wall for a, b in zip(costs, others, strict=True))
