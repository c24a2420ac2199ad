"""Dying at a chosen place: before or after one statement or one call to a gateway."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from .world import World

# Boundaries of savepoints stand for commits: to die before a commit is to die after
# the statement before it, and to die after it is to die before the next statement.
NOT_STATEMENTS = ("SAVEPOINT", "RELEASE", "ROLLBACK")


class Death(BaseException):
    """The process is killed here: nothing in it may catch this."""


class Reaper:
    """Counts the places where one can die, and kills at one of them.

    Attributes:
        passed: how many places were passed.
    """

    def __init__(self, place: int) -> None:
        self.place = place
        self.passed = 0

    def pass_by(self, _what: str = "") -> None:
        """Pass a place, or die at it."""
        self.passed += 1
        if self.passed == self.place:
            raise Death

    def around_statement(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,  # noqa: FBT001 - Django's
        context: Any,
    ) -> Any:
        """Pass a place before and after a statement."""
        if str(sql).startswith(NOT_STATEMENTS):
            return execute(sql, params, many, context)
        self.pass_by()
        result = execute(sql, params, many, context)
        self.pass_by()
        return result


@contextmanager
def reaping(world: World, place: int) -> Iterator[Reaper]:
    """Kill what runs inside at its `place`-th boundary (from 1); 0 kills nobody."""
    reaper = Reaper(place)
    world.gateway.before = reaper.pass_by
    try:
        with connection.execute_wrapper(reaper.around_statement):
            yield reaper
    finally:
        world.gateway.before = lambda _what: None
