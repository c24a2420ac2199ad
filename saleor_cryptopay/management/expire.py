"""`cryptopay expire`: close what is due now, as beat does every minute."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any, Final

from django.core.management.base import OutputWrapper

from saleor_cryptopay.operations import cancellation, expiry, outbox, stuck

from .runtime import command_runtime

HELP: Final = "close payments past their deadline, or not wanted any more"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare no arguments."""
    del parser


def run(options: Mapping[str, Any], out: OutputWrapper) -> int:
    """Close once."""
    del options
    runtime = command_runtime()
    expired = expiry.expire_due(runtime)
    unwanted = cancellation.close_unwanted(runtime)
    raised = stuck.raise_stuck(runtime)
    outbox.deliver_effects(runtime)
    out.write(
        f"{expired} payments expired, {unwanted} not wanted any more, {raised} stuck.\n"
    )
    return 0
