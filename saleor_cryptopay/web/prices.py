"""What a price rests on, for how long it holds, and what counts afterwards."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext

from saleor_cryptopay.core.quotes import Rate
from saleor_cryptopay.models import Address, Payment, Transfer
from saleor_cryptopay.operations.quoting import (
    has_lapsed,
    holds_until,
    is_renewable,
    rate_of_rest,
)
from saleor_cryptopay.operations.runtime import Runtime

from .figures import Figures, clock_text, rate_text, read_figures

_NAMES: Final = {
    "kraken": "Kraken",
    "coinbase": "Coinbase",
    "coingecko": "CoinGecko",
    "binance": "Binance",
}


def figures_now(
    payment: Payment, transfers: Sequence[Transfer], runtime: Runtime
) -> Figures:
    """Add up what a payment's transfers come to; the rest at the rate it counts at.

    Args:
        payment: with `address` loaded.
        transfers: all of the payment's.
        runtime: the clock, and the market where the quote counts no more.
    """
    # Only the rest of a payment has another rate: as long as nothing came, the quote
    # is what is shown, and can be renewed.
    rest = rate_of_rest(payment, runtime) if transfers else None
    return read_figures(payment, transfers, runtime.clock(), rest)


def describe_price(
    payment: Payment, address: Address, rate: Rate | None, now: datetime
) -> dict[str, object]:
    """Return what the page says about the price of what is asked for.

    Args:
        payment: with `address` loaded.
        address: with the quote.
        rate: what is asked for is counted at; None for the quote's.
        now: aware UTC.
    """
    return {
        **(_rate_of_quote(address) if rate is None else _rate_of_moment(rate)),
        "rule": _rule_words(address, now),
        "is_renewable": is_renewable(payment, now),
    }


def _rate_of_quote(address: Address) -> dict[str, str]:
    return {
        "rate": rate_text(address.rate),
        "source": source_words(address.rate_source, address.rate_basis),
        "as_of": clock_text(address.rate_as_of) if address.rate_basis else "",
    }


def _rate_of_moment(rate: Rate) -> dict[str, str]:
    return {
        "rate": rate_text(rate.value),
        "source": source_words(rate.source, rate.basis),
        "as_of": clock_text(rate.as_of) if rate.basis else "",
    }


def source_words(source: str, basis: Mapping[str, Any]) -> str:
    """Return who says what a coin costs; "" where a peg does.

    Args:
        source: as `Rate.source`.
        basis: as `Rate.basis`.
    """
    if source == "fixed":
        return gettext("set by the shop")
    legs: list[dict[str, Any]] = basis.get("legs", [])
    names = [row["name"] for leg in legs for row in leg["sources"]]
    return ", ".join(_NAMES.get(name, name) for name in dict.fromkeys(names))


def counted_rate(transfer: Transfer, address: Address | None) -> str:
    """Return the rate that coins count at where it is not the quote's, else ""."""
    if transfer.rate is None or address is None or transfer.rate == address.rate:
        return ""
    return rate_text(transfer.rate)


def _rule_words(address: Address, now: datetime) -> str:
    until = holds_until(address)
    if until is None or address.quote_expires_at is None:
        return ""
    if not has_lapsed(address, now):
        return _grace_words((until - address.quote_expires_at) // timedelta(minutes=1))
    if now <= until:
        return gettext(
            "The time for which this price was held is over. Coins that are seen until"
            " %(time)s still count at it."
        ) % {"time": clock_text(until)}
    return gettext(
        "The time for which this price was held is over. Coins that are seen now count"
        " at the rate of the moment they are seen."
    )


def _grace_words(minutes: int) -> str:
    if not minutes:
        return gettext(
            "Coins that are seen after this price has lapsed count at the rate of the"
            " moment they are seen."
        )
    return gettext(
        "Coins that are seen up to %(minutes)s min after this price lapses still count"
        " at it. Later ones count at the rate of the moment they are seen."
    ) % {"minutes": minutes}
