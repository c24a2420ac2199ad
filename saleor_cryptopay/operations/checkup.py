"""A checkup: whether everything that payments need is there, in words for operators.

It asks the gateway and reads our tables; it changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from django.db import connection

from saleor_cryptopay.core.errors import GatewayError
from saleor_cryptopay.gateways.base import Environment

from .reconciliation import last_poll
from .registration import warn_of_permissions, webhook_url
from .runtime import Runtime

# Beat polls every minute; a few lost rounds are no alarm.
POLL_PATIENCE: Final = timedelta(minutes=5)

# Clocks further apart than this move deadlines.
TOLERATED_SKEW: Final = timedelta(seconds=5)

LOW_BUDGET: Final = 10


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    subject: str
    words: str


def check(runtime: Runtime) -> Iterator[Finding]:
    """Yield what was found, in the order in which it is best mended."""
    yield _secrets(runtime)
    yield _address(runtime)
    try:
        yield from _gateway(runtime)
        yield _webhook(runtime)
        yield from _coins(runtime)
    except GatewayError as error:
        yield Finding(
            Level.ERROR, "gateway", f"It does not answer as it should: {error}"
        )
    yield _workers(runtime)
    yield _clock(runtime)


def _secrets(runtime: Runtime) -> Finding:
    if runtime.gateway.has_webhook_secret:
        return Finding(Level.OK, "secrets", "Webhooks can be verified.")
    return Finding(
        Level.ERROR, "secrets", "There is no secret to verify webhooks with."
    )


def _address(runtime: Runtime) -> Finding:
    """Judge the address that the gateway and customers are told."""
    parts = urlsplit(runtime.base_url)
    if parts.scheme == "https":
        return Finding(Level.OK, "address", runtime.base_url)
    is_live = runtime.gateway.environment == Environment.LIVE
    level = Level.ERROR if is_live else Level.WARNING
    return Finding(level, "address", f"{runtime.base_url} is not https.")


def _gateway(runtime: Runtime) -> Iterator[Finding]:
    connected = runtime.gateway.test_connection()
    environment = runtime.gateway.environment
    yield Finding(Level.OK, "gateway", f"It answers; {environment} environment.")
    if excess := warn_of_permissions(connected):
        words = f"The key may {', '.join(excess)}: use one that cannot withdraw."
        yield Finding(Level.WARNING, "permissions", words)
    else:
        yield Finding(Level.OK, "permissions", "The key cannot withdraw.")
    left = connected.requests_left
    if left is not None and left < LOW_BUDGET:
        yield Finding(Level.WARNING, "limits", f"{left} requests are left for now.")


def _webhook(runtime: Runtime) -> Finding:
    url = webhook_url(runtime)
    if any(row.url == url and row.is_active for row in runtime.gateway.webhooks()):
        return Finding(Level.OK, "webhook", f"Registered: {url}")
    words = f"{url} is not registered at the gateway, or not active."
    return Finding(Level.ERROR, "webhook", words)


def _coins(runtime: Runtime) -> Iterator[Finding]:
    """Compare what the shop offers with what the gateway takes."""
    taken = {
        f"{row.coin}@{row.network}": row.decimals
        for row in runtime.gateway.coins()
        if row.is_active
    }
    assets = runtime.policies("").assets
    for asset in assets:
        if asset.key not in taken:
            words = f"{asset.key} is offered, but the gateway does not take it."
            yield Finding(Level.ERROR, "coins", words)
        elif taken[asset.key] != asset.decimals:
            words = (
                f"{asset.key}: {asset.decimals} decimals here,"
                f" {taken[asset.key]} at the gateway."
            )
            yield Finding(Level.ERROR, "coins", words)
    yield Finding(Level.OK, "coins", f"{len(assets)} on offer.")


def _workers(runtime: Runtime) -> Finding:
    """Judge worker and beat by what they leave behind: the last poll."""
    polled_at = last_poll(runtime)
    if polled_at is None:
        words = "Nothing was ever polled: do worker and beat run?"
        return Finding(Level.ERROR, "workers", words)
    age = runtime.clock() - polled_at
    seconds = age // timedelta(seconds=1)
    if age > POLL_PATIENCE:
        words = f"The last poll was {seconds} s ago: do worker and beat run?"
        return Finding(Level.ERROR, "workers", words)
    return Finding(Level.OK, "workers", f"The last poll was {seconds} s ago.")


def _clock(runtime: Runtime) -> Finding:
    """Compare our clock with the database server's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs: datetime = cursor.fetchone()[0]
    skew = abs(runtime.clock() - theirs)
    seconds = skew // timedelta(seconds=1)
    if skew > TOLERATED_SKEW:
        words = f"This machine and the database are {seconds} s apart."
        return Finding(Level.WARNING, "clock", words)
    return Finding(Level.OK, "clock", f"Within {seconds + 1} s of the database's.")
