"""CoinGecko: `GET /api/v3/simple/price?ids=bitcoin&vs_currencies=usd,eur&…`.

    {"bitcoin": {"usd": 64000.5829, "eur": 59012.4, "last_updated_at": 1711356300}}

An average over exchanges, in all currencies at once; prices in anything but dollars
are converted, so that the quotient of two prices of one coin is the rate it converts
by. Its numbers are JSON numbers, read as decimals and never as floats.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, localcontext
from types import MappingProxyType
from typing import Final

from saleor_cryptopay.core.errors import CryptopayError, MalformedError
from saleor_cryptopay.core.rates import Pair, Tick
from saleor_cryptopay.core.telemetry import NO_TRACER, Tracer
from saleor_cryptopay.gateways.client import Client
from saleor_cryptopay.gateways.documents import Fields
from saleor_cryptopay.gateways.peers import Peer

from .base import Complaint, Harvest
from .tickers import more_than_zero

COINS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "btc": "bitcoin",
        "eth": "ethereum",
        "ltc": "litecoin",
        "trx": "tron",
        "bnb": "binancecoin",
        "matic": "polygon-ecosystem-token",
        "ftm": "fantom",
        "usdt": "tether",
        "usdc": "usd-coin",
        "dai": "dai",
        "busd": "binance-usd",
    }
)

# `simple/supported_vs_currencies`, as far as shops use them.
CURRENCIES: Final = frozenset(
    (
        "AED", "ARS", "AUD", "BDT", "BHD", "BMD", "BRL", "CAD", "CHF", "CLP", "CNY",
        "COP", "CZK", "DKK", "EUR", "GBP", "GEL", "HKD", "HUF", "IDR", "ILS", "INR",
        "JPY", "KRW", "KWD", "LKR", "MXN", "MYR", "NGN", "NOK", "NZD", "PEN", "PHP",
        "PKR", "PLN", "RON", "RUB", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH",
        "USD", "VND", "ZAR",
    )
)  # fmt: skip

# By whose prices the dollar is told in other currencies.
YARDSTICK: Final = "bitcoin"


class CoinGecko:
    """See `base.RateSource`."""

    name = "coingecko"
    base_url = "https://api.coingecko.com"

    def __init__(self, base_url: str = "", tracer: Tracer = NO_TRACER) -> None:
        """Prepare; nothing is asked.

        Args:
            base_url: where it is reached, if not at its own address (a mirror).
            tracer: who is told how long requests take.
        """
        self._client = Client(
            base_url or self.base_url,
            headers={},
            peer=Peer("CoinGecko"),
            tracer=tracer,
        )

    def fetch(
        self, pairs: Iterable[Pair], *, now: datetime, deadline: timedelta
    ) -> Harvest:
        """Ask for all prices at once."""
        del now  # every price carries its own time
        wanted = [pair for pair in pairs if _id_of(pair)]
        if not wanted:
            return Harvest()
        try:
            answer = Fields(self._ask(wanted, deadline), "CoinGecko's answer")
        except CryptopayError as error:
            return Harvest(complaints=(Complaint(self.name, str(error)),))
        ticks: list[Tick] = []
        complaints: list[Complaint] = []
        for pair in wanted:
            try:
                ticks.append(self._tick(pair, answer))
            except CryptopayError as error:
                complaints.append(Complaint(self.name, str(error), pair))
        return Harvest(tuple(ticks), tuple(complaints))

    def _ask(self, pairs: Iterable[Pair], deadline: timedelta) -> object:
        ids = sorted({_id_of(pair) for pair in pairs})
        currencies = sorted({"usd", *(pair.quote.lower() for pair in pairs)})
        return self._client.request(
            "GET",
            "/api/v3/simple/price",
            params={
                "ids": ",".join(ids),
                "vs_currencies": ",".join(currencies),
                "include_last_updated_at": "true",
                "precision": "full",
            },
            deadline=deadline,
            safe=True,
        )

    def _tick(self, pair: Pair, answer: Fields) -> Tick:
        coin = Fields(answer.raw(_id_of(pair)), "CoinGecko's coin")
        value = _number(coin, pair.quote.lower())
        if pair.base == "usd":
            with localcontext(Context(prec=20)):
                value = more_than_zero(value / _number(coin, "usd"))
        return Tick(pair, self.name, more_than_zero(value), _updated_at(coin))


def _id_of(pair: Pair) -> str:
    """Return whose price tells about a pair; "" where there is none."""
    if pair.quote not in CURRENCIES:
        return ""
    return YARDSTICK if pair.base == "usd" else COINS.get(pair.base, "")


def _number(coin: Fields, name: str) -> Decimal:
    figure = coin.optional_figure(name)
    if figure is None or isinstance(coin.raw(name), str):
        raise MalformedError(f"“{name}” is no number.")
    return more_than_zero(Decimal(figure))


def _updated_at(coin: Fields) -> datetime:
    seconds = coin.optional_whole("last_updated_at")
    if seconds is None:
        raise MalformedError("“last_updated_at” is missing.")
    return datetime.fromtimestamp(seconds, UTC)
