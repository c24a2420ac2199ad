"""`cryptopay rates`: what the sources say, whether they agree, what would be quoted."""

from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.management.base import OutputWrapper

from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.core.errors import QuoteError
from saleor_cryptopay.core.rates import Pair
from saleor_cryptopay.models import MarketPair
from saleor_cryptopay.operations import fetching
from saleor_cryptopay.operations.market import (
    agreement_in,
    needs_of,
    rate_now,
    read_ticks,
)
from saleor_cryptopay.operations.runtime import Policy, Runtime

from .runtime import command_runtime

HELP: Final = "show the rates: sources, ages, spreads, and what would be quoted now"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the channel, and fetching."""
    parser.add_argument(
        "--channel", default="", help="by whose rules to quote; the shop's by default"
    )
    parser.add_argument(
        "--refresh",
        nargs="*",
        metavar="CURRENCY",
        help="ask the sources first, for these currencies (USD)",
    )


def run(options: Mapping[str, Any], out: OutputWrapper) -> int:
    """Print the table; 1 if something on offer has no rate."""
    runtime, channel = command_runtime(), options["channel"]
    if (currencies := options["refresh"]) is not None:
        policy = runtime.policies(channel)
        for currency in currencies or ["USD"]:
            fetching.refresh(needs_of(policy, currency.upper()), runtime)
    _write_rules(runtime, out)
    rows = list(MarketPair.objects.order_by("base", "quote"))
    for row in rows:
        _write_pair(row, runtime, out)
    return _write_quotes(rows, channel, runtime, out)


def _write_rules(runtime: Runtime, out: OutputWrapper) -> None:
    rules = runtime.rate_rules
    if not rules.sources:
        out.write("No sources are set: fixed rates and pegs only.\n")
        return
    alone = " (alone: nothing contradicts it)" if len(rules.sources) == 1 else ""
    out.write(
        f"Sources: {', '.join(rules.sources)}{alone}. At most"
        f" {rules.max_age // timedelta(seconds=1)} s old, within"
        f" {rules.max_spread_percent:f} %, jumps beyond {rules.max_jump_percent:f} %"
        " agreed twice.\n"
    )


def _write_pair(row: MarketPair, runtime: Runtime, out: OutputWrapper) -> None:
    pair, now = Pair(row.base, row.quote), runtime.clock()
    try:
        agreement = agreement_in(row, runtime.rate_rules, now)
        words = f"{agreement.value:f}  spread {agreement.spread_percent:.2f} %"
    except QuoteError as error:
        words = f"-  {error}"
    out.write(f"{pair!s:<10} {words}\n")
    for tick in read_ticks(pair, row.ticks):
        age = _age(tick.as_of, now)
        out.write(f"           {tick.source:<10} {tick.value:>20f}  {age:>6} s old\n")
    out.writelines(f"           ! {complaint}\n" for complaint in row.complaints)


def _write_quotes(
    rows: Iterable[MarketPair], channel: str, runtime: Runtime, out: OutputWrapper
) -> int:
    """Write what one coin would be quoted at, in each currency that is asked for."""
    policy = runtime.policies(channel)
    asked_for = {(row.base, row.quote) for row in rows}
    currencies = {currency for _, currency in asked_for | policy.rates.keys()}
    missing = 0
    for asset in policy.assets:
        for currency in sorted(currencies):
            words = _quote_words(asset, currency, policy, runtime)
            if words:
                out.write(f"{asset.key:<16} {currency}  {words}\n")
            elif (asset.coin, currency) in asked_for:
                out.write(f"{asset.key:<16} {currency}  not offered\n")
                missing += 1
    return 1 if missing else 0


def _quote_words(asset: Asset, currency: str, policy: Policy, runtime: Runtime) -> str:
    """Return the rate of an asset in words; "" where there is none."""
    try:
        rate = rate_now(asset, currency, policy, runtime)
    except QuoteError:
        return ""
    margin = f", margin {rate.markup_percent:f} %" if rate.markup_percent else ""
    return f"{rate.value.normalize():f}  by {rate.source}{margin}"


def _age(moment: datetime, now: datetime) -> int:
    return (now - moment) // timedelta(seconds=1)
