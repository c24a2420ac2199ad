"""`python -m bench`: measure everything, print it, and write docs/figures.md."""

import argparse
import sys
from collections.abc import Iterator

from .ground import prepared
from .table import Row, keep, machine, write_table

FULL = 1_000_000
QUICK = 20_000


def measure(many: int) -> Iterator[Row]:
    """Yield all figures. The modules need Django set up."""
    from . import expiry, history, intake, rates  # noqa: PLC0415 - after set-up

    yield from intake.measure()
    yield from rates.measure()
    yield from expiry.measure(many)
    yield from history.measure(many)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="a million payments")
    is_full = parser.parse_args().full
    rows = []
    with prepared():
        for row in measure(FULL if is_full else QUICK):
            sys.stdout.write("{}: {}  {}\n".format(*row))
            sys.stdout.flush()
            rows.append(row)
    keep("bench", {"machine": machine(), "rows": rows})
    write_table()


if __name__ == "__main__":
    main()
