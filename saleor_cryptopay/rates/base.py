"""What every source of prices promises."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from saleor_cryptopay.core.rates import Pair, Tick


@dataclass(frozen=True, slots=True)
class Complaint:
    """What was wrong with an answer.

    Attributes:
        source: whose.
        words: what, for the merchant.
        pair: what it was asked; None for all that it was asked.
    """

    source: str
    words: str
    pair: Pair | None = None

    def __str__(self) -> str:
        about = "" if self.pair is None else f" about {self.pair}"
        return f"{self.source}{about}: {self.words}"


@dataclass(frozen=True, slots=True)
class Harvest:
    """What a source was asked and answered.

    Attributes:
        ticks: one for each pair that it priced in a form it documents.
        complaints: what was wrong with the rest.
    """

    ticks: tuple[Tick, ...] = ()
    complaints: tuple[Complaint, ...] = ()


class RateSource(Protocol):
    """A public price list. Knows nothing of what others say."""

    @property
    def name(self) -> str:
        """The name that stands in the setting."""
        ...

    def fetch(
        self, pairs: Iterable[Pair], *, now: datetime, deadline: timedelta
    ) -> Harvest:
        """Ask for prices. Raises nothing: what is wrong stands in the harvest.

        Args:
            pairs: what to price; pairs that it does not trade are left out.
            now: aware UTC; the time of prices that carry none of their own.
            deadline: how long all of it may take.
        """
        ...
