"""`python -m bench`: measure, print it, and write docs/figures.md."""

import argparse
import sys
from collections.abc import Callable, Iterator

from demo.services.postgres import Postgres

from .ground import prepared
from .table import PARTS, Row, keep, machine, write_table

FULL = 1_000_000
QUICK = 20_000
MOST_HISTORY = 100_000

Part = Callable[[int, Postgres], Iterator[Row]]
"""Yields the figures of one part, measured with so many payments."""


def measures() -> dict[str, Part]:
    """Return what measures each part. The modules need Django set up."""
    from . import expiry, history, inboxes, intake, rates  # noqa: PLC0415 - after set-up

    return {
        "inboxes": lambda _, postgres: inboxes.measure(postgres),
        "intake": lambda *_: intake.measure(),
        "rates": lambda *_: rates.measure(),
        "history": lambda many, server: history.measure(
            min(many, MOST_HISTORY), server
        ),
        "expiry": lambda many, _: expiry.measure(many),
    }


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="a million payments")
    parser.add_argument("--many", type=int, default=QUICK, help="so many payments")
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all if none")
    options = parser.parse_args()
    many = FULL if options.full else options.many
    with prepared() as postgres:
        measuring = measures()
        for part in options.parts or PARTS:
            rows = list(_told(measuring[part](many, postgres)))
            keep(f"bench-{part}", {"machine": machine(), "rows": rows})
    write_table()


def _told(rows: Iterator[Row]) -> Iterator[Row]:
    for row in rows:
        sys.stdout.write("{}: {}  {}\n".format(*row))
        sys.stdout.flush()
        yield row


if __name__ == "__main__":
    main()
