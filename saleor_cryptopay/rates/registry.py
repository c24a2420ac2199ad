"""The sources that can be named in the settings.

A new source is one line here and one module beside this one.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from saleor_cryptopay.core.telemetry import NO_TRACER, Tracer

from .base import RateSource
from .binance import Binance
from .coinbase import Coinbase
from .coingecko import CoinGecko
from .kraken import Kraken
from .tickers import TickerSource

SOURCES: Final[Mapping[str, Callable[[str, Tracer], RateSource]]] = MappingProxyType(
    {
        Kraken.name: lambda url, tracer: TickerSource(Kraken(), url, tracer),
        Coinbase.name: lambda url, tracer: TickerSource(Coinbase(), url, tracer),
        CoinGecko.name: CoinGecko,
        Binance.name: lambda url, tracer: TickerSource(Binance(), url, tracer),
    }
)


def build_sources(
    names: Iterable[str], mirror: str = "", tracer: Tracer = NO_TRACER
) -> tuple[RateSource, ...]:
    """Return the sources of these names, which are in the registry.

    Args:
        names: see SOURCES.
        mirror: an address that stands in for all of them, each below its own name
            (`https://rates.example` → `https://rates.example/kraken`); "" for none.
        tracer: who is told how long requests take.
    """
    mirror = mirror.rstrip("/")
    return tuple(
        SOURCES[name](f"{mirror}/{name}" if mirror else "", tracer) for name in names
    )
