"""The real clients against what sources must never say: no broken form is a price."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from saleor_cryptopay.core.errors import QuoteError
from saleor_cryptopay.core.rates import Pair, RateRules, Tick, agree
from saleor_cryptopay.rates.base import Harvest
from saleor_cryptopay.rates.registry import build_sources
from tests.gateways.asking import LATER, SOON
from tests.gateways.loopback import Loopback, Script, answer, drip, head, reset, send
from tests.gateways.loopback import hang_up as cut
from tests.price_lists import SOURCES, Table, to_json

BTC = Pair("btc", "USD")
TRUE = Decimal("64000.50")
FLAG = json.loads("true")
RULES = RateRules(sources=("kraken", "coinbase", "coingecko", "binance"))
NAMES = sorted(RULES.sources)
ASKED = {
    "kraken": ("/0/public/Ticker", {"pair": "XBTUSD"}),
    "coinbase": ("/products/BTC-USD/ticker", {}),
    "coingecko": ("/api/v3/simple/price", {"ids": "bitcoin", "vs_currencies": "usd"}),
    "binance": ("/api/v3/ticker/24hr", {"symbol": "BTCUSDT"}),
}
# Where each source keeps its price, and its time.
PRICE_PATHS: dict[str, list[list[Any]]] = {
    "kraken": [["result", "XXBTZUSD", "a", 0], ["result", "XXBTZUSD", "b", 0]],
    "coinbase": [["price"]],
    "coingecko": [["bitcoin", "usd"]],
    "binance": [["bidPrice"], ["askPrice"]],
}
TIME_PATHS: dict[str, list[Any]] = {
    "coinbase": ["time"],
    "coingecko": ["bitcoin", "last_updated_at"],
    "binance": ["closeTime"],
}


def good(name: str) -> Any:
    """Return a good answer, to be broken."""
    return json.loads(to_json(SOURCES[name](Table(), *ASKED[name])[1]))


def put(document: Any, path: list[Any], value: object) -> None:
    for step in path[:-1]:
        document = document[step]
    document[path[-1]] = value


def priced(name: str, price: object) -> Script:
    """Answer with another price, written as the source writes prices."""
    document = good(name)
    for path in PRICE_PATHS[name]:
        put(document, path, price)
    return answer(document)


def raw_price(name: str, text: str) -> Script:
    """Answer with a price that JSON's writer would not write."""
    document = good(name)
    for path in PRICE_PATHS[name]:
        put(document, path, "@@")
    return answer(json.dumps(document).replace('"@@"', text).encode())


def timed(name: str, moment: object) -> Script:
    document = good(name)
    put(document, TIME_PATHS[name], moment)
    return answer(document)


def without(name: str, paths: list[list[Any]]) -> Script:
    document = good(name)
    for path in paths:
        put(document, path, None)
    return answer(document)


def shifted(name: str, **shift: int) -> Script:
    """Answer with a time that lies elsewhere, in the source's own way."""
    moment = datetime.now(UTC) + timedelta(**shift)
    seconds = int(moment.timestamp())
    forms = {
        "coinbase": moment.isoformat(),
        "coingecko": seconds,
        "binance": seconds * 1000,
    }
    return timed(name, forms.get(name))


def truncated(name: str) -> Script:
    body = json.dumps(good(name)).encode()
    return cut(head(headers={"Content-Length": str(len(body))}), body[:-9])


def slow(name: str) -> Script:
    body = json.dumps(good(name)).encode()
    return drip(head(headers={"Content-Length": str(len(body))}), body, 0.2)


def text(name: str, price: str) -> object:
    """Return a price as the source's kind of JSON value."""
    return json.loads(price) if name == "coingecko" else price


def other_market(name: str) -> Script:
    document = good(name)
    if name == "kraken":
        return answer(
            {"error": [], "result": {"XETHZUSD": document["result"].popitem()[1]}}
        )
    if name == "coingecko":
        return answer({"ethereum": document["bitcoin"]})
    if name == "binance":
        return answer({**document, "symbol": "ETHUSDT"})
    return answer({"message": "NotFound"}, "404 Not Found")


def twice(name: str) -> Script:
    body = json.dumps(good(name))
    key = body[1 : body.index(":")]
    return answer(f"{{{key}: 1, {body[1:]}".encode())


# Forms that no client may take for a price.
REFUSED: dict[str, Callable[[str], Script]] = {
    "zero": lambda name: priced(name, text(name, "0")),
    "zero with places": lambda name: priced(name, text(name, "0.00000000")),
    "negative": lambda name: priced(name, text(name, "-64000.5")),
    "empty price": lambda name: priced(name, ""),
    "no price": lambda name: without(name, PRICE_PATHS[name]),
    "price in words": lambda name: priced(name, "sixty-four thousand"),
    "price with a comma": lambda name: priced(name, "64000,50"),
    "price with separators": lambda name: priced(name, "64,000.50"),
    "price with a currency": lambda name: priced(name, "$64000.50"),
    "price in a list": lambda name: priced(name, [64000]),
    "price in an object": lambda name: priced(name, {"value": "64000.5"}),
    "price as a flag": lambda name: priced(name, FLAG),
    "hexadecimal": lambda name: priced(name, "0xfa00"),
    "NaN": lambda name: raw_price(name, "NaN"),
    "infinity": lambda name: raw_price(name, "Infinity"),
    "NaN as text": lambda name: priced(name, "NaN"),
    "infinity as text": lambda name: priced(name, "Infinity"),
    "exponent as text": lambda name: priced(name, "6.40005e4"),
    "exponent beyond measure": lambda name: raw_price(name, "1e400"),
    "beyond belief": lambda name: priced(name, text(name, "64000500000000")),
    "next to nothing": lambda name: priced(name, text(name, "0.0000000000064")),
    "HTML": lambda _: answer(b"<!doctype html><h1>Just a moment...</h1>"),
    "HTML as an error": lambda _: answer(b"<h1>Denied</h1>", "403 Forbidden"),
    "nothing": lambda _: answer(b""),
    "a list": lambda _: answer([]),
    "null": lambda _: answer(b"null"),
    "a number": lambda _: answer(b"64000.5"),
    "no members": lambda _: answer({}),
    "another market": other_market,
    "a key twice": twice,
    "cut short": truncated,
    "broken off": lambda _: reset,
    "byte by byte": slow,
    "too large": lambda name: answer({**good(name), "more": "x" * 2**20}),
    "too many requests": lambda _: answer({}, "429 Too Many Requests"),
    "an error": lambda _: answer({"message": "oops"}, "500 Internal Server Error"),
    "moved": lambda _: answer(b"", "302 Found", {"Location": "http://127.0.0.1:9/"}),
    "not HTTP": lambda _: send(b"64000.50\r\n\r\n"),
    "no time": lambda name: timed(name, None),
    "time in words": lambda name: timed(name, "just now"),
    "time as a flag": lambda name: timed(name, FLAG),
    "time beyond measure": lambda name: timed(name, 10**30),
}

# Forms that nobody waits for to the end.
ENDLESS = ("byte by byte",)

# Forms that may be read, but never come to be quoted against true prices.
OUTVOTED: dict[str, Callable[[str], Script]] = {
    "ten times": lambda name: priced(name, text(name, "640005.00")),
    "a tenth": lambda name: priced(name, text(name, "6400.05")),
    "a hundred times": lambda name: priced(name, text(name, "6400050.00")),
    "a hundredth": lambda name: priced(name, text(name, "640.005")),
    "inverted": lambda name: priced(name, text(name, "0.00001562")),
    "three percent off": lambda name: priced(name, text(name, "65920.00")),
    "stale by six minutes": lambda name: shifted(name, minutes=-6),
    "stale by a day": lambda name: shifted(name, days=-1),
    "from the future": lambda name: shifted(name, hours=1),
}


def fetch(name: str, script: Script, deadline: timedelta = LATER) -> Harvest:
    with Loopback(script) as server:
        (source,) = build_sources([name], server.url.removesuffix("/api/v1"))
        # The mirror's address goes on with the source's name: the loopback minds not.
        return source.fetch([BTC], now=datetime.now(UTC), deadline=deadline)


def cases(forms: Iterable[str]) -> list[tuple[str, str]]:
    """Pair forms with sources; Kraken tells no time that could be wrong."""
    about_time = ("time", "no time", "stale", "from the future")
    return [
        (name, form)
        for form in forms
        for name in NAMES
        if name in TIME_PATHS or not form.startswith(about_time)
    ]


@pytest.mark.parametrize(("name", "form"), cases(REFUSED))
def test_a_broken_form_is_no_price_but_a_complaint(name: str, form: str) -> None:
    patience = SOON if form in ENDLESS else LATER
    harvest = fetch(name, REFUSED[form](name), patience)
    assert harvest.ticks == ()
    assert [row.source for row in harvest.complaints] == [name]


@pytest.mark.parametrize(("name", "form"), cases(OUTVOTED))
def test_a_false_price_is_never_quoted(name: str, form: str) -> None:
    harvest = fetch(name, OUTVOTED[form](name))
    now = datetime.now(UTC)
    others = [Tick(BTC, source, TRUE, now) for source in NAMES if source != name]
    for count in range(4):
        ticks = [*harvest.ticks, *others[:count]]
        try:
            agreement = agree(BTC, ticks, RULES, now)
        except QuoteError:
            assert count < 2
        else:
            assert agreement.value == TRUE
            assert name not in agreement.sources


def test_a_json_number_with_an_exponent_is_read_exactly() -> None:
    harvest = fetch("coingecko", raw_price("coingecko", "6.40005e4"))
    assert [tick.value for tick in harvest.ticks] == [TRUE]


def test_bid_and_ask_that_are_crossed_or_far_apart_are_no_market() -> None:
    for bid, ask in (("64000", "63000"), ("60000", "64000")):
        document = good("binance")
        document |= {"bidPrice": bid, "askPrice": ask}
        assert fetch("binance", answer(document)).ticks == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_source_that_fails_is_complained_of_by_its_own_name(name: str) -> None:
    harvest = fetch(name, answer({}, status="403 Forbidden"))
    (complaint,) = harvest.complaints
    assert complaint.words.lower().startswith(name)
    assert "gateway" not in complaint.words


def test_there_are_thirty_broken_forms_and_more() -> None:
    assert len(REFUSED) + len(OUTVOTED) >= 30
