"""`cryptopay audit`: gateway, books and shop, compared to the base unit."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from django.core.management.base import CommandError, OutputWrapper

from saleor_cryptopay.core.assets import ASSETS
from saleor_cryptopay.core.errors import GatewayError
from saleor_cryptopay.core.money import format_units
from saleor_cryptopay.operations.audit import (
    CLASSES,
    UNKNOWN_DECIMALS,
    Audit,
    audit,
)
from saleor_cryptopay.operations.auditing import list_differences, tell_of_audit
from saleor_cryptopay.operations.messages.delivery import deliver_messages

from .moments import day
from .runtime import command_runtime

# No window of the budget is longer.
LONGEST: Final = timedelta(days=1)

HELP: Final = "compare what arrived with the books and the shop; 1 where they differ"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the period."""
    parser.add_argument("--since", type=day, help="leave out older coins (UTC day)")
    parser.add_argument(
        "--tell-staff", action="store_true", help="write to staff where books differ"
    )


def run(options: Mapping[str, Any], out: OutputWrapper) -> int:
    """Print the sums and each difference; 1 if there is any."""
    runtime = command_runtime()

    def pause(seconds: int) -> None:
        out.write(f"The budget of requests is spent: on in {seconds} seconds\n")
        out.flush()
        runtime.pause(seconds)

    try:
        found = audit(
            replace(runtime, pause=pause), since=options["since"], patience=LONGEST
        )
    except GatewayError as error:
        raise CommandError(f"The gateway did not answer: {error}") from None
    if options["tell_staff"]:
        tell_of_audit(list_differences(found), runtime)
        deliver_messages(runtime)
    out.write(f"{runtime.gateway.name}, {runtime.gateway.environment} environment\n")
    for asset_key in sorted(found.reported.keys() | found.booked.keys()):
        _write_asset(found, asset_key, out)
    for asset_key, classes in sorted(found.returned.items()):
        out.write(f"{asset_key}: {_in_words(asset_key, classes)}\n")
    out.write(f"{found.payments} payments compared with the shop\n")
    out.writelines(
        f"DIFFERENCE payment {difference.payment}: {difference.words}\n"
        for difference in found.differences
    )
    assets = found.reported.keys() | found.booked.keys()
    is_conserved = all(map(found.is_conserved, assets))
    if is_conserved and not found.differences:
        out.write("0 differences\n")
        return 0
    return 1


def _in_words(asset_key: str, classes: Counter[str]) -> str:
    asset = ASSETS.get(asset_key)
    decimals = UNKNOWN_DECIMALS if asset is None else asset.decimals
    return ", ".join(
        f"{format_units(units, decimals)} {label}"
        for label, units in sorted(classes.items())
    )


def _write_asset(found: Audit, asset_key: str, out: OutputWrapper) -> None:
    asset = ASSETS.get(asset_key)
    decimals = UNKNOWN_DECIMALS if asset is None else asset.decimals
    booked = found.booked.get(asset_key, Counter())
    parts = [
        f"{format_units(booked[label], decimals)} {label}"
        for label in CLASSES
        if booked.get(label)
    ]
    sign = "=" if found.is_conserved(asset_key) else "≠"
    reported = format_units(found.reported[asset_key], decimals)
    out.write(f"{asset_key}: {reported} arrived {sign} {' + '.join(parts) or '0'}\n")
