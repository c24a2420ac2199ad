"""The four price lists as one server on this machine, each below its own name.

`python -m tests.price_lists --port 8950` runs it on its own. It answers in the form
that each source documents, from one table of prices that `POST /prices` changes.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from demo.services.ports import free_port
from demo.services.processes import Program, bare_environment

PRICES = {"btc/usd": "64000.50", "eth/usd": "3200.25", "usd/eur": "0.92"}

KRAKEN = {
    "XBTUSD": ("XXBTZUSD", "btc/usd", False),
    "XBTEUR": ("XXBTZEUR", "btc/eur", False),
    "ETHUSD": ("XETHZUSD", "eth/usd", False),
    "ETHEUR": ("XETHZEUR", "eth/eur", False),
    "EURUSD": ("ZEURZUSD", "usd/eur", True),
    "USDTEUR": ("USDTEUR", "usdt/eur", False),
}
COINBASE = {
    "BTC-USD": "btc/usd",
    "BTC-EUR": "btc/eur",
    "ETH-USD": "eth/usd",
    "ETH-EUR": "eth/eur",
    "USDC-EUR": "usd/eur",
    "USDT-EUR": "usdt/eur",
}
BINANCE = {
    "BTCUSDT": ("btc/usd", False),
    "BTCEUR": ("btc/eur", False),
    "ETHUSDT": ("eth/usd", False),
    "ETHEUR": ("eth/eur", False),
    "EURUSDT": ("usd/eur", True),
}
COINGECKO = {"bitcoin": "btc", "ethereum": "eth", "tether": "usdt"}


@dataclass
class Table:
    """What the lists say.

    Attributes:
        prices: `btc/usd` → price.
        factors: source → what its prices are multiplied by.
        silent: sources that answer with 503.
        asked: source → requests so far.
    """

    prices: dict[str, Decimal] = field(
        default_factory=lambda: {pair: Decimal(text) for pair, text in PRICES.items()}
    )
    factors: dict[str, Decimal] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    asked: Counter[str] = field(default_factory=Counter)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def price(self, source: str, pair: str, *, is_inverted: bool = False) -> str | None:
        """Return a price as the source writes it; None where it has none."""
        if pair not in self.prices:
            return None
        value = self.prices[pair] * self.factors.get(source, Decimal(1))
        return f"{1 / value if is_inverted else value:.8f}"

    def set(self, pair: str, price: str) -> None:
        """Change what all lists say."""
        self.prices[pair] = Decimal(price)


Answer = tuple[int, object]


def kraken(table: Table, _path: str, query: dict[str, str]) -> Answer:
    """Answer as Kraken does."""
    name, pair, is_inverted = KRAKEN.get(query["pair"], ("", "", False))
    price = table.price("kraken", pair, is_inverted=is_inverted)
    if price is None:
        return 200, {"error": ["EQuery:Unknown asset pair"]}
    row = [price, "1", "1.000"]
    ticker = {
        "a": row, "b": row, "c": [price, "0.00067643"],
        "v": ["4083.67001100", "4412.73601799"], "p": [price, price],
        "t": [34619, 38907], "l": [price, price], "h": [price, price], "o": price,
    }  # fmt: skip
    return 200, {"error": [], "result": {name: ticker}}


def coinbase(table: Table, path: str, _query: dict[str, str]) -> Answer:
    """Answer as Coinbase Exchange does."""
    product = path.split("/")[2]
    price = table.price("coinbase", COINBASE.get(product, ""))
    if price is None:
        return 404, {"message": "NotFound"}
    return 200, {
        "ask": price, "bid": price, "volume": "53602.03940154",
        "trade_id": 86326522, "price": price, "size": "0.00698254",
        "time": table.clock().isoformat().replace("+00:00", "Z"),
    }  # fmt: skip


def binance(table: Table, _path: str, query: dict[str, str]) -> Answer:
    """Answer as Binance does."""
    pair, is_inverted = BINANCE.get(query["symbol"], ("", False))
    price = table.price("binance", pair, is_inverted=is_inverted)
    if price is None:
        return 400, {"code": -1121, "msg": "Invalid symbol."}
    close = int(table.clock().timestamp()) * 1000
    return 200, {
        "symbol": query["symbol"], "priceChange": "-94.99999800",
        "lastPrice": price, "bidPrice": price, "askPrice": price,
        "openTime": close - 86_400_000, "closeTime": close, "count": 76,
    }  # fmt: skip


def coingecko(table: Table, _path: str, query: dict[str, str]) -> Answer:
    """Answer as CoinGecko does, who leaves out what it does not know."""
    answer: dict[str, dict[str, Any]] = {}
    for coin in query["ids"].split(","):
        for currency in query["vs_currencies"].split(","):
            price = table.price("coingecko", f"{COINGECKO.get(coin)}/{currency}")
            if price is None:
                price = _converted(table, coin, currency)
            if price is not None:
                answer.setdefault(coin, {})[currency] = Number(price)
        if coin in answer:
            answer[coin]["last_updated_at"] = int(table.clock().timestamp())
    return 200, answer


def _converted(table: Table, coin: str, currency: str) -> str | None:
    dollars = table.price("coingecko", f"{COINGECKO.get(coin)}/usd")
    rate = table.prices.get(f"usd/{currency}")
    if dollars is None or rate is None:
        return None
    return f"{Decimal(dollars) * rate:.8f}"


class Number(str):
    """A number that is written into JSON as it is, without having been a float."""

    __slots__ = ()


def to_json(value: object) -> str:
    """Write JSON; a Number without its quotation marks."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        rows = (f"{json.dumps(name)}: {to_json(row)}" for name, row in value.items())
        return "{" + ", ".join(rows) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(to_json, value)) + "]"
    return json.dumps(value)


SOURCES = {
    "kraken": kraken,
    "coinbase": coinbase,
    "coingecko": coingecko,
    "binance": binance,
}


class Handler(BaseHTTPRequestHandler):
    """Answers for all four."""

    table: Table
    protocol_version = "HTTP/1.0"  # so that no idle connections outlive a test

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        _, source, path = parts.path.split("/", 2)
        table = self.table
        table.asked[source] += 1
        if source in table.silent:
            self._answer(503, {"message": "unavailable"})
            return
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self._answer(*SOURCES[source](table, f"/{path}", query))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        for pair, price in json.loads(body).items():
            self.table.set(pair, price)
        self._answer(200, {})

    def _answer(self, status: int, value: object) -> None:
        body = to_json(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class PriceLists:
    """Running lists."""

    url: str
    table: Table


def _server(port: int, table: Table) -> ThreadingHTTPServer:
    handler = type("BoundHandler", (Handler,), {"table": table})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    return server


@contextmanager
def running_price_lists() -> Iterator[PriceLists]:
    """Serve the lists within this process."""
    table = Table()
    server = _server(0, table)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield PriceLists(f"http://127.0.0.1:{server.server_port}", table)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def running_price_program(folder: Path) -> Iterator[str]:
    """Serve the lists as a program of their own; give their address."""
    port = free_port()
    program = Program(
        "the price lists",
        [sys.executable, "-m", "tests.price_lists", "--port", str(port)],
        environment=bare_environment(),
        folder=Path(__file__).parent.parent,
        log=folder / f"price-lists-{port}.log",
    )
    url = f"http://127.0.0.1:{port}"
    try:
        program.wait_for_http(f"{url}/kraken/0/public/Ticker?pair=XBTUSD", seconds=20)
        yield url
    finally:
        program.stop()


def main() -> None:
    """Serve the lists until the program is stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    _server(parser.parse_args().port, Table()).serve_forever()


if __name__ == "__main__":
    main()
