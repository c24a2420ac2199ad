"""`cryptopay check`: whether everything that payments need is there."""

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.core.management.base import OutputWrapper

from saleor_cryptopay.core.errors import GatewayError
from saleor_cryptopay.core.refund_rules import RefundMode
from saleor_cryptopay.core.refunds import RefundState
from saleor_cryptopay.models import Refund
from saleor_cryptopay.operations.checkup import Finding, Level, check
from saleor_cryptopay.operations.registration import may_withdraw
from saleor_cryptopay.operations.runtime import Runtime
from saleor_cryptopay.web.health import health_data, list_causes

from .runtime import command_payouts, command_runtime

HELP: Final = "check settings, gateway, webhook, workers and clock; 1 if one is amiss"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what counts as amiss."""
    parser.add_argument(
        "--strict", action="store_true", help="warnings count as errors"
    )


def run(options: Mapping[str, Any], out: OutputWrapper) -> int:
    """Write a line for each finding; 1 if something needs mending."""
    runtime = command_runtime()
    findings = [*check(runtime), *_refunds(runtime), *_doubts(), _health(runtime)]
    for finding in findings:
        out.write(f"{finding.level:<8}{finding.subject:<12}{finding.words}\n")
    levels = {finding.level for finding in findings}
    bad = {Level.ERROR, Level.WARNING} if options.get("strict") else {Level.ERROR}
    return 1 if levels & bad else 0


def _refunds(runtime: Runtime) -> Iterator[Finding]:
    """Ask the gateway about the key for refunds, where there are refunds."""
    if runtime.policies("").refunds.mode is RefundMode.OFF:
        return
    payouts = command_payouts()
    if payouts is None:
        yield Finding(Level.ERROR, "refunds", "There is no key to send them with.")
        return
    try:
        connection = payouts.test_connection()
    except GatewayError as error:
        yield Finding(Level.ERROR, "refunds", f"The key for refunds fails: {error}")
        return
    if may_withdraw(connection):
        yield Finding(Level.OK, "refunds", "The key for refunds is good.")
    else:
        yield Finding(Level.ERROR, "refunds", "The key for refunds may not withdraw.")


def _doubts() -> Iterator[Finding]:
    """Name the refunds that wait for a person, also while refunds are off."""
    doubtful = Refund.objects.filter(state=RefundState.IN_DOUBT)
    for key in doubtful.values_list("pk", flat=True):
        yield Finding(Level.ERROR, "refunds", f"{key} is in doubt: settle it (E703).")


def _health(runtime: Runtime) -> Finding:
    """Repeat what health says of what waits, and since when."""
    data = health_data(runtime)
    if data["status"] == "ok":
        return Finding(Level.OK, "queues", "Nothing waits too long.")
    causes = list_causes(data, runtime)
    words = ", ".join(f"{name} {value}" for name, value in causes.items())
    return Finding(Level.WARNING, "queues", words)
