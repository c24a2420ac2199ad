"""The way of a payment or a refund in a few steps, and which one it is at."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way.

    Attributes:
        words: what it is called.
        is_done: whether it lies behind; the last one does once it is reached.
        is_current: whether this is where it stands.
    """

    words: str
    is_done: bool
    is_current: bool


def lay_out(names: Sequence[str], current: int) -> list[Step]:
    """Return the steps of a way.

    Args:
        names: the steps' names, in their order.
        current: which of them it is at, the first being 1; 0 for no way at all.
    """
    if not current:
        return []
    return [
        Step(
            words=name,
            is_done=number < current or number == current == len(names),
            is_current=number == current,
        )
        for number, name in enumerate(names, start=1)
    ]
