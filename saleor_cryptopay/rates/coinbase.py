"""Coinbase Exchange: `GET /products/BTC-USD/ticker`.

    {"trade_id": 86326522, "price": "64000.48", "size": "0.00698254",
     "time": "2024-03-20T00:22:57.833Z", "bid": "64000.15", "ask": "64000.71",
     "volume": "53602.03"}

Price and time are those of the last trade. Its dollar markets of currencies are those
of USDC, which Coinbase exchanges for dollars one to one.
"""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from saleor_cryptopay.core.errors import MalformedError
from saleor_cryptopay.core.rates import Pair
from saleor_cryptopay.gateways.client import Client
from saleor_cryptopay.gateways.documents import Fields

from .tickers import MarketName, Price, price_in

COINS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "btc": "BTC",
        "eth": "ETH",
        "ltc": "LTC",
        "bnb": "BNB",
        "matic": "POL",
        "usdt": "USDT",
        "usdc": "USDC",
        "usd": "USDC",
        "dai": "DAI",
    }
)
CURRENCIES: Final = frozenset({"USD", "EUR", "GBP"})


class Coinbase:
    """See `tickers.Exchange`."""

    name = "coinbase"
    label = "Coinbase"
    base_url = "https://api.exchange.coinbase.com"

    def market_of(self, pair: Pair) -> MarketName | None:
        """Return Coinbase's product for a pair."""
        if pair.base not in COINS or pair.quote not in CURRENCIES:
            return None
        return MarketName(f"{COINS[pair.base]}-{pair.quote}")

    def ask(self, client: Client, market: str, deadline: timedelta) -> Price:
        """Ask for one product's last trade."""
        answer = client.request(
            "GET", f"/products/{market}/ticker", deadline=deadline, safe=True
        )
        fields = Fields(answer, "Coinbase's ticker")
        moment = fields.optional_moment("time")
        if moment is None:
            raise MalformedError("Coinbase's ticker has no time.")
        return Price(price_in(fields, "price"), moment)
