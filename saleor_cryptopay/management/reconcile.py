"""`cryptopay reconcile`: compare with the gateway now, as beat does every minute."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any, Final

from django.core.management.base import CommandError, OutputWrapper

from saleor_cryptopay.core.errors import GatewayError
from saleor_cryptopay.operations import outbox, reconciliation, registration

from .runtime import command_runtime

HELP: Final = "find by polling what the webhooks lost, and tell the shop"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare no arguments."""
    del parser


def run(options: Mapping[str, Any], out: OutputWrapper) -> int:
    """Poll once."""
    del options
    runtime = command_runtime()
    try:
        registration.keep_registered(runtime)
        read = reconciliation.reconcile(runtime)
    except GatewayError as error:
        raise CommandError(f"The gateway did not answer: {error}") from None
    told = outbox.deliver_effects(runtime)
    out.write(f"{read} transactions read, {told} messages to the shop tried.\n")
    return 0
