"""Exchanges that are asked pair by pair.

One pair that an exchange has delisted makes most of them refuse the whole question,
so each is asked for alone, over one kept connection. An exchange that does not answer
at all is asked no further.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Context, Decimal, localcontext
from time import monotonic
from typing import Final, Protocol

from saleor_cryptopay.core.errors import CryptopayError, MalformedError, RetryableError
from saleor_cryptopay.core.rates import Pair, Tick, is_sane
from saleor_cryptopay.core.telemetry import NO_TRACER, Tracer
from saleor_cryptopay.gateways.client import Client
from saleor_cryptopay.gateways.documents import Fields
from saleor_cryptopay.gateways.peers import Peer

from .base import Complaint, Harvest

# Bid and ask further apart than this are no market.
WIDEST_PERCENT: Final = 5


@dataclass(frozen=True, slots=True)
class Price:
    """What an exchange says of one of its markets.

    Attributes:
        value: more than zero.
        as_of: when it was true (aware UTC), or None where it does not tell.
    """

    value: Decimal
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class MarketName:
    """An exchange's own market for a pair.

    Attributes:
        text: its name there (`XBTUSD`).
        is_inverted: whether it is listed the other way round (`EURUSD` for usd/eur).
    """

    text: str
    is_inverted: bool = False


class Exchange(Protocol):
    """What is particular to an exchange.

    Attributes:
        name: as in the settings.
        label: as in messages.
        base_url: where its API is.
    """

    name: str
    label: str
    base_url: str

    def market_of(self, pair: Pair) -> MarketName | None:
        """Return its market for a pair, or None where it has none."""
        ...

    def ask(self, client: Client, market: str, deadline: timedelta) -> Price:
        """Ask for one market.

        Raises:
            GatewayError: no answer, or a refusal.
            MalformedError: an answer in no form that it documents.
        """
        ...


class TickerSource:
    """A source made of an exchange. See `base.RateSource`."""

    def __init__(
        self, exchange: Exchange, base_url: str = "", tracer: Tracer = NO_TRACER
    ) -> None:
        """Prepare; nothing is asked.

        Args:
            exchange: which.
            base_url: where it is reached, if not at its own address (a mirror).
            tracer: who is told how long requests take.
        """
        self._exchange = exchange
        self._client = Client(
            base_url or exchange.base_url,
            headers={},
            peer=Peer(exchange.label),
            tracer=tracer,
        )
        self.name = exchange.name

    def fetch(
        self, pairs: Iterable[Pair], *, now: datetime, deadline: timedelta
    ) -> Harvest:
        """Ask for prices, one after the other."""
        end = monotonic() + deadline.total_seconds()
        ticks: list[Tick] = []
        complaints: list[Complaint] = []
        for pair in pairs:
            market = self._exchange.market_of(pair)
            if market is None:
                continue
            left = timedelta(seconds=end - monotonic())
            try:
                ticks.append(self._tick(pair, market, now, left))
            except CryptopayError as error:
                complaints.append(Complaint(self.name, str(error), pair))
                if isinstance(error, RetryableError):
                    break
        return Harvest(tuple(ticks), tuple(complaints))

    def _tick(
        self, pair: Pair, market: MarketName, now: datetime, left: timedelta
    ) -> Tick:
        if left <= timedelta():
            raise RetryableError("The time for asking is over.")
        price = self._exchange.ask(self._client, market.text, left)
        value = inverse(price.value) if market.is_inverted else price.value
        if not is_sane(value):
            raise MalformedError("The price is beyond belief.")
        return Tick(pair, self.name, value, price.as_of or now)


def inverse(value: Decimal) -> Decimal:
    """Return the price the other way round, to twenty digits."""
    with localcontext(Context(prec=20)):
        return 1 / value


def price_in(fields: Fields, name: str) -> Decimal:
    """Read a price written as text.

    Raises:
        MalformedError: missing, of another type, or beyond belief.
    """
    text = fields.optional_amount(name)
    if text is None:
        raise MalformedError(f"“{name}” is missing.")
    return more_than_zero(Decimal(text))


def more_than_zero(value: Decimal) -> Decimal:
    """Return a price, checked.

    Raises:
        MalformedError: it is beyond belief.
    """
    if not is_sane(value):
        raise MalformedError("The price is not more than zero, or beyond belief.")
    return value


def middle(bid: Decimal, ask: Decimal) -> Decimal:
    """Return what lies between bid and ask.

    Raises:
        MalformedError: they are crossed, or too far apart to be a market.
    """
    if bid > ask or (ask - bid) * 100 > WIDEST_PERCENT * bid:
        raise MalformedError(f"Bid {bid:f} and ask {ask:f} are no market.")
    return (bid + ask) / 2
