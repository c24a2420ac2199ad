"""Running the races: which places are visited, in which order, and what is counted.

First every scene with one change of turn at each place of either side, in random
order; then, for the shortest scenes, every pair of places; then free runs with random
offsets and random pairs, until the time or the number asked for is used up.
"""

import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tests.interleaving.turns import Director, Reached, Side

from .goods import Shop
from .moves import BrokenError
from .scenes import SCENES
from .staging import Scene
from .verdict import clear_away, judge

# Beyond any number of places.
TO_THE_END: Final = 10_000

# A scene is short if it has no more pairs of places than this.
SHORT: Final = 400

# Free runs start within this of one another.
LARGEST_OFFSET_SECONDS: Final = 0.2

# Of so many runs one is free, where both kinds are drawn.
FREE_ONE_IN: Final = 4


@dataclass(frozen=True)
class Plan:
    """One interleaving.

    Attributes:
        scene: what is raced.
        swapped: whether the other side begins.
        first: the place that the side which begins is stopped at.
        second: the place that the other is stopped at.
        offset: instead of places, how long after the first the second starts.
    """

    scene: Scene
    swapped: bool
    first: int = TO_THE_END
    second: int = TO_THE_END
    offset: float | None = None

    def __str__(self) -> str:
        who = "theirs first" if self.swapped else "ours first"
        if self.offset is not None:
            return f"{self.scene.name}, {who}, {self.offset:.3f} s apart"
        return f"{self.scene.name}, {who}, stopped at {self.first} and {self.second}"


@dataclass
class Tally:
    """What is counted.

    Attributes:
        directed: interleavings with chosen places.
        free: interleavings with random offsets.
        deadlocks: statements that PostgreSQL broke off.
        deadlocks_of_saleor: those where Saleor's own operations locked one another up.
        scenes: how many different races.
        swept: scenes with every single change of turn visited, both ways round.
        paired: scenes with every pair of places visited, both ways round.
        faults: what was wrong, in words.
    """

    directed: int = 0
    free: int = 0
    deadlocks: int = 0
    deadlocks_of_saleor: int = 0
    scenes: int = 0
    swept: int = 0
    paired: int = 0
    faults: list[str] = field(default_factory=list)


class Races:
    """Runs interleavings until it is told to stop."""

    def __init__(
        self, shop: Shop, director: Director, seed: int, named: str = ""
    ) -> None:
        """Race the scenes whose name contains a part of `named`, split at “|”."""
        parts = named.split("|")
        self._scenes = [
            scene for scene in SCENES if any(part in scene.name for part in parts)
        ]
        self.tally = Tally(scenes=len(self._scenes))
        self._shop = shop
        self._director = director
        # Draws schedules, guards nothing.
        self._random = random.Random(seed)  # noqa: S311
        self._lengths: dict[tuple[str, bool], tuple[int, int]] = {}

    def run(self, *, seconds: float, most: int) -> Tally:
        """Run until the time is over or so many interleavings were run."""
        deadline = time.monotonic() + seconds
        for plan in self._plans():
            if self.tally.directed + self.tally.free >= most:
                break
            if time.monotonic() > deadline:
                break
            self.play(plan)
        return self.tally

    def play(self, plan: Plan) -> Reached:
        """Run one interleaving and judge it."""
        scene, shop = plan.scene, self._shop
        purchase = scene.prepare(shop)
        ours = Side(lambda: scene.ours(shop, purchase), "ours")
        theirs = Side(lambda: scene.theirs(shop, purchase), "theirs")
        sides = (theirs, ours) if plan.swapped else (ours, theirs)
        if plan.offset is None:
            reached = self._director.take_turns(*sides, plan.first, plan.second)
            self.tally.directed += 1
        else:
            reached = self._director.run_at_once(*sides, plan.offset)
            self.tally.free += 1
        found = len(ours.deadlocks) + len(theirs.deadlocks)
        if scene.expected.may_deadlock:
            self.tally.deadlocks_of_saleor += found
        else:
            self.tally.deadlocks += found
        faults = [*_what_broke(sides, scene), *judge(shop, purchase, scene.expected)]
        for fault in faults:
            self.tally.faults.append(f"{plan}: {fault}")
            sys.stderr.write(f"{plan}: {fault}\n")
        clear_away()
        return reached

    def _plans(self) -> Iterator[Plan]:
        yield from self._whole_runs()
        yield from self._single_changes()
        self.tally.swept = len(self._scenes)
        yield from self._pairs()
        while True:
            yield self._drawn()

    def _whole_runs(self) -> Iterator[Plan]:
        """Run every scene one after the other, and learn how long its sides are."""
        for scene in self._scenes:
            for swapped in (False, True):
                plan = Plan(scene, swapped)
                reached = self.play(plan)
                self._lengths[scene.name, swapped] = (reached.first, reached.second)
        yield from ()

    def _single_changes(self) -> Iterator[Plan]:
        """Stop the side that begins at each of its places, and let the other run."""
        plans = [
            Plan(scene, swapped, place)
            for scene in self._scenes
            for swapped in (False, True)
            for place in range(self._lengths[scene.name, swapped][0])
        ]
        self._random.shuffle(plans)
        for number, plan in enumerate(plans, start=1):
            yield plan
            if number % FREE_ONE_IN == 0:
                yield self._free()

    def _pairs(self) -> Iterator[Plan]:
        """Stop both sides, at every pair of places of the shortest scenes."""
        for scene in sorted(self._scenes, key=self._pairs_of):
            if self._pairs_of(scene) > SHORT:
                return
            for swapped in (False, True):
                yield from self._pairs_one_way(scene, swapped=swapped)
            self.tally.paired += 1

    def _pairs_one_way(self, scene: Scene, *, swapped: bool) -> Iterator[Plan]:
        first, second = self._lengths[scene.name, swapped]
        for i in range(first):
            for j in range(1, second):
                yield Plan(scene, swapped, i, j)

    def _pairs_of(self, scene: Scene) -> int:
        ways = (self._lengths[scene.name, swapped] for swapped in (False, True))
        return sum(first * second for first, second in ways)

    def _drawn(self) -> Plan:
        if self._random.randrange(FREE_ONE_IN) == 0:
            return self._free()
        scene = self._random.choice(self._scenes)
        swapped = bool(self._random.getrandbits(1))
        first, second = self._lengths[scene.name, swapped]
        return Plan(
            scene,
            swapped,
            self._random.randrange(first),
            self._random.randrange(max(second, 1)) + 1,
        )

    def _free(self) -> Plan:
        scene = self._random.choice(self._scenes)
        offset = self._random.uniform(0, LARGEST_OFFSET_SECONDS)
        return Plan(scene, bool(self._random.getrandbits(1)), offset=offset)


def _what_broke(sides: tuple[Side, Side], scene: Scene) -> Iterator[str]:
    """Yield the errors of both sides that the scene does not allow for."""
    for side in sides:
        if scene.expected.may_deadlock and side.deadlocks:
            continue
        yield from (f"deadlock in {sql}" for sql in side.deadlocks)
        if side.error is not None and not _is_allowed(side.error, scene):
            yield f"{side.name} raised {type(side.error).__name__}: {side.error}"


def _is_allowed(error: Exception, scene: Scene) -> bool:
    """Whether Saleor may break there, in an answer or in a task of its own."""
    codes = error.codes if isinstance(error, BrokenError) else {type(error).__name__}
    return codes <= scene.expected.may_break
