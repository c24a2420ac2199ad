"""Kraken: `GET /0/public/Ticker?pair=XBTUSD`.

    {"error": [], "result": {"XXBTZUSD": {"a": ["64001.0", "1", "1.0"],
     "b": ["64000.0", "1", "1.0"], "c": ["64000.5", "0.01"], …}}}

The answer names the market in Kraken's older way, and carries no time: the middle
between bid and ask is what holds at the moment of asking, whenever the last trade was.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from saleor_cryptopay.core.errors import AmountError, MalformedError
from saleor_cryptopay.core.money import parse_decimal
from saleor_cryptopay.core.rates import Pair
from saleor_cryptopay.gateways.client import Client
from saleor_cryptopay.gateways.documents import Fields

from .tickers import MarketName, Price, middle, more_than_zero

COINS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "btc": "XBT",
        "eth": "ETH",
        "ltc": "LTC",
        "trx": "TRX",
        "bnb": "BNB",
        "matic": "POL",
        "usdt": "USDT",
        "usdc": "USDC",
        "dai": "DAI",
    }
)
CURRENCIES: Final = frozenset({"USD", "EUR", "GBP", "CAD", "AUD", "CHF", "JPY"})

# Dollar markets of currencies: some are listed as EUR/USD, some as USD/CAD.
DOLLAR_MARKETS: Final[Mapping[str, MarketName]] = MappingProxyType(
    {
        "EUR": MarketName("EURUSD", is_inverted=True),
        "GBP": MarketName("GBPUSD", is_inverted=True),
        "AUD": MarketName("AUDUSD", is_inverted=True),
        "CAD": MarketName("USDCAD"),
        "CHF": MarketName("USDCHF"),
        "JPY": MarketName("USDJPY"),
    }
)


class Kraken:
    """See `tickers.Exchange`."""

    name = "kraken"
    label = "Kraken"
    base_url = "https://api.kraken.com"

    def market_of(self, pair: Pair) -> MarketName | None:
        """Return Kraken's market for a pair."""
        if pair.base == "usd":
            return DOLLAR_MARKETS.get(pair.quote)
        if pair.base in COINS and pair.quote in CURRENCIES:
            return MarketName(COINS[pair.base] + pair.quote)
        return None

    def ask(self, client: Client, market: str, deadline: timedelta) -> Price:
        """Ask for one market's best bid and ask."""
        answer = client.request(
            "GET",
            "/0/public/Ticker",
            params={"pair": market},
            deadline=deadline,
            safe=True,
        )
        fields = Fields(answer, "Kraken's answer")
        if fields.texts("error"):
            raise MalformedError("Kraken reports an error.")
        result = fields.raw("result")
        if not isinstance(result, dict) or len(result) != 1:
            raise MalformedError("Kraken's answer is not about one market.")
        ((name, ticker),) = result.items()
        if name not in _names(market):
            raise MalformedError(f"Kraken answers for “{str(name)[:20]}”.")
        ticker_fields = Fields(ticker, "Kraken's ticker")
        return Price(middle(_best(ticker_fields, "b"), _best(ticker_fields, "a")))


def _names(market: str) -> frozenset[str]:
    """Return how Kraken may call a market: XBTUSD, XXBTZUSD, ZEURZUSD."""
    base, quote = market[:-3], market[-3:]
    return frozenset({market, f"X{base}Z{quote}", f"Z{base}Z{quote}"})


def _best(ticker: Fields, side: str) -> Decimal:
    """Read the first of `[price, whole lot volume, lot volume]`."""
    rows = ticker.raw(side)
    if not isinstance(rows, list) or not rows:
        raise MalformedError(f"Kraken's ticker has no “{side}”.")
    try:
        return more_than_zero(parse_decimal(rows[0]))
    except AmountError as error:
        raise MalformedError(str(error)) from None
