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
from django.db.models import Max

from saleor_cryptopay.core.errors import GatewayError
from saleor_cryptopay.core.refund_rules import RefundMode
from saleor_cryptopay.gateways.base import Environment
from saleor_cryptopay.gateways.client import Client
from saleor_cryptopay.gateways.peers import Peer
from saleor_cryptopay.models import Delivery, Transfer

from . import pulse
from .reconciliation import last_poll
from .refusals import recent_refusals
from .registration import warn_of_permissions, webhook_url
from .runtime import Runtime

# Beat polls every minute; a few lost rounds are no alarm.
POLL_PATIENCE: Final = timedelta(minutes=5)

# Webhooks are over within a minute: coins that came so much later than the last one
# came without any.
WEBHOOK_PATIENCE: Final = timedelta(hours=1)

REACH_PATIENCE: Final = timedelta(seconds=5)

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
    yield _reach(runtime)
    try:
        yield from _gateway(runtime)
        yield _webhook(runtime)
        yield from _coins(runtime)
    except GatewayError as error:
        yield Finding(
            Level.ERROR, "gateway", f"It does not answer as it should: {error}"
        )
    yield _deliveries(runtime)
    yield _worker(runtime)
    yield _beat(runtime)
    yield _polls(runtime)
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


def _reach(runtime: Runtime) -> Finding:
    """Ask our own address what the gateway would ask, from where this runs."""
    client = Client(runtime.base_url, headers={}, peer=Peer("the shop's address"))
    try:
        answer = client.request("GET", "/health/", deadline=REACH_PATIENCE, safe=True)
    except GatewayError as error:
        return Finding(Level.WARNING, "reach", f"{error} Asked from this machine.")
    ours = {
        "gateway": runtime.gateway.name,
        "environment": str(runtime.gateway.environment),
    }
    if isinstance(answer, dict) and answer.items() >= ours.items():
        return Finding(Level.OK, "reach", "The shop answers at its public address.")
    words = "Somebody else answers at the shop's public address."
    return Finding(Level.ERROR, "reach", words)


def _gateway(runtime: Runtime) -> Iterator[Finding]:
    connected = runtime.gateway.test_connection()
    environment = runtime.gateway.environment
    yield Finding(Level.OK, "gateway", f"It answers; {environment} environment.")
    if excess := warn_of_permissions(connected):
        mode = runtime.policies("").refunds.mode
        is_off = mode is RefundMode.OFF
        why = "refunds are off" if is_off else "refunds have a key of their own"
        words = (
            f"The key may {', '.join(excess)}, though {why}: use one that cannot"
            " withdraw."
        )
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


def _deliveries(runtime: Runtime) -> Finding:
    """Judge whether webhooks come in, by what they and the polls have left behind."""
    now = runtime.clock()
    if refused := recent_refusals(now):
        words = f"{refused} webhooks of late bore no signature of ours."
        return Finding(Level.WARNING, "deliveries", words)
    came_at = Delivery.objects.aggregate(last=Max("received_at"))["last"]
    seen_at = Transfer.objects.aggregate(last=Max("seen_at"))["last"]
    if seen_at and (came_at is None or seen_at - came_at > WEBHOOK_PATIENCE):
        words = "The latest coins were found by polling: no webhook told of them."
        return Finding(Level.WARNING, "deliveries", words)
    if came_at is None:
        return Finding(Level.OK, "deliveries", "Nothing has happened yet.")
    words = f"The last webhook came {_seconds(now - came_at)} s ago."
    return Finding(Level.OK, "deliveries", words)


def _worker(runtime: Runtime) -> Finding:
    """Ask the workers; where they cannot be asked, beat's sign speaks for them."""
    count = runtime.jobs.count_workers()
    if count == 0:
        words = "No worker answers: does it run, and reach the broker?"
        return Finding(Level.ERROR, "worker", words)
    if count is None:
        return Finding(Level.OK, "worker", "This broker cannot be asked: see beat.")
    return Finding(Level.OK, "worker", f"{count} answered.")


def _beat(runtime: Runtime) -> Finding:
    """Judge beat by the task of every minute, which a worker has to run as well."""
    signed_at = pulse.last_sign(pulse.WORKER)
    if signed_at is None:
        words = "No task of the schedule ever ran: do beat and worker run?"
        return Finding(Level.ERROR, "beat", words)
    age = runtime.clock() - signed_at
    if age > pulse.PATIENCE[pulse.WORKER]:
        words = f"No task of the schedule ran for {_seconds(age)} s: does beat run?"
        return Finding(Level.ERROR, "beat", words)
    return Finding(Level.OK, "beat", f"Its last task ran {_seconds(age)} s ago.")


def _polls(runtime: Runtime) -> Finding:
    """Judge the polls, which need the gateway besides worker and beat."""
    polled_at = last_poll(runtime)
    if polled_at is None:
        words = "The gateway's transactions were never read to their end."
        return Finding(Level.ERROR, "polls", words)
    age = runtime.clock() - polled_at
    if age > POLL_PATIENCE:
        words = f"The last whole poll was {_seconds(age)} s ago."
        return Finding(Level.ERROR, "polls", words)
    return Finding(Level.OK, "polls", f"The last one was {_seconds(age)} s ago.")


def _seconds(span: timedelta) -> int:
    return span // timedelta(seconds=1)


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
