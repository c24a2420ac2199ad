"""`cryptopay export`: the payments as CSV, for the books."""

import csv
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any, Final

from django.core.management.base import OutputWrapper

from saleor_cryptopay.operations import books

from .moments import day
from .runtime import command_runtime

HELP: Final = "write the payments as CSV"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the period."""
    parser.add_argument("--since", type=day, help="first day, as 2026-01-31 (UTC)")
    parser.add_argument("--until", type=day, help="first day that is left out")


def run(options: Mapping[str, Any], out: OutputWrapper) -> int:
    """Write a line for each payment."""
    writer = csv.DictWriter(out, books.COLUMNS)
    writer.writeheader()
    lines = books.lines(
        command_runtime(), since=options["since"], until=options["until"]
    )
    writer.writerows(lines)
    return 0
