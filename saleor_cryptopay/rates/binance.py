"""Binance: `GET /api/v3/ticker/24hr?symbol=BTCUSDT`.

    {"symbol": "BTCUSDT", "lastPrice": "64000.50000000", "bidPrice": "64000.49000000",
     "askPrice": "64000.51000000", "openTime": 1711269900000,
     "closeTime": 1711356300123, "count": 76, …}

Binance has no dollars: its dollar markets are those of USDT, taken at its peg. Where
that slips by more than the spread, the other sources contradict, and nobody is quoted.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from saleor_cryptopay.core.errors import MalformedError
from saleor_cryptopay.core.rates import Pair
from saleor_cryptopay.gateways.client import Client
from saleor_cryptopay.gateways.documents import Fields

from .tickers import MarketName, Price, middle, price_in

COINS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "btc": "BTC",
        "eth": "ETH",
        "ltc": "LTC",
        "trx": "TRX",
        "bnb": "BNB",
        "matic": "POL",
    }
)

# Currencies in which coins are listed; the dollar by its stand-in.
CURRENCIES: Final[Mapping[str, str]] = MappingProxyType(
    {"USD": "USDT", "EUR": "EUR", "TRY": "TRY", "BRL": "BRL", "PLN": "PLN"}
)

# The dollar in other currencies: by the markets of its stand-in.
DOLLAR_MARKETS: Final[Mapping[str, MarketName]] = MappingProxyType(
    {
        "EUR": MarketName("EURUSDT", is_inverted=True),
        "TRY": MarketName("USDTTRY"),
        "BRL": MarketName("USDTBRL"),
        "PLN": MarketName("USDTPLN"),
    }
)

# Milliseconds since 1970 up to the year 2100.
LARGEST_MOMENT: Final = 4_102_444_800_000


class Binance:
    """See `tickers.Exchange`."""

    name = "binance"
    label = "Binance"
    base_url = "https://api.binance.com"

    def market_of(self, pair: Pair) -> MarketName | None:
        """Return Binance's symbol for a pair."""
        if pair.base in {"usd", "usdt"}:
            return DOLLAR_MARKETS.get(pair.quote)
        if pair.base in COINS and pair.quote in CURRENCIES:
            return MarketName(COINS[pair.base] + CURRENCIES[pair.quote])
        return None

    def ask(self, client: Client, market: str, deadline: timedelta) -> Price:
        """Ask for one symbol's rolling statistics, which hold its best bid and ask."""
        answer = client.request(
            "GET",
            "/api/v3/ticker/24hr",
            params={"symbol": market},
            deadline=deadline,
            safe=True,
        )
        fields = Fields(answer, "Binance's ticker")
        if fields.text("symbol") != market:
            raise MalformedError("Binance answers for another symbol.")
        bid, ask = price_in(fields, "bidPrice"), price_in(fields, "askPrice")
        return Price(middle(bid, ask), _moment(fields.raw("closeTime")))


def _moment(milliseconds: object) -> datetime:
    is_count = isinstance(milliseconds, int) and not isinstance(milliseconds, bool)
    if not is_count or not isinstance(milliseconds, int):
        raise MalformedError("Binance's ticker has no “closeTime”.")
    if not 0 < milliseconds < LARGEST_MOMENT:
        raise MalformedError("Binance's “closeTime” is no time.")
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
