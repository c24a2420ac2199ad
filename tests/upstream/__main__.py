"""`python -m tests.upstream`: whether Saleor's own tests still pass with the plugin.

Each version found under SALEOR_HOME runs them with the plugin installed beside it.
What does not pass is run again, with the plugin and in Saleor's own environment: what
that Saleor fails by itself on this machine (it may want a network, say) counts for
nothing, a test that passes there fails the run. WRITE_FIGURES=1 writes the table to
docs/upstream.md.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from demo.services.installs import SaleorInstall, find_saleors, saleor_home
from demo.services.overlays import build_wheel, make_overlay
from demo.services.postgres import start_postgres
from demo.services.redis import start_broker

from .outcomes import Comparison, not_passed
from .suites import Ground, copy_source, run_tests
from .table import Row, count, draw_table, write_page

PROJECT = Path(__file__).parents[2]


def compare(ground: Ground, wheel: Path) -> Comparison:
    """Run Saleor's tests with the plugin, and what does not pass without it too.

    Raises:
        ServiceError: one of the runs broke off.
    """
    install = ground.install
    overlay = make_overlay(install, wheel, ground.folder / "venv")
    outcomes = run_tests(ground, overlay, "with")
    without: dict[str, str] = {}
    if doubtful := not_passed(outcomes):
        # A second try: what fails once in a while comes from the machine.
        outcomes |= run_tests(ground, overlay, "with-again", doubtful)
        without = run_tests(ground, install.python, "without", doubtful)
    return Comparison(install.version, outcomes, without)


def compare_all(installs: Sequence[SaleorInstall], folder: Path) -> list[Row]:
    """Compare on one version after the other, and tell after each.

    Raises:
        ServiceError: something did not start, or a run broke off.
    """
    rows = []
    with ExitStack() as stack:
        postgres = stack.enter_context(start_postgres(folder / "postgres"))
        broker = stack.enter_context(start_broker(folder / "broker"))
        wheel = build_wheel(PROJECT, folder / "wheel")
        for install in installs:
            place = folder / install.version
            copy = copy_source(install, place / "src")
            comparison = compare(Ground(copy, postgres, broker, place), wheel)
            rows.append(count(comparison))
            print(draw_table(rows), flush=True)
            if os.environ.get("WRITE_FIGURES"):
                write_page(rows)
    return rows


def main() -> None:
    """Compare, tell, and end with code 1 when the plugin broke a test."""
    parser = argparse.ArgumentParser(prog="tests.upstream", description=__doc__)
    parser.add_argument("versions", nargs="*", help="all that are found, if left out")
    wanted = parser.parse_args().versions
    found = [each for each in find_saleors() if not wanted or each.version in wanted]
    missing = {*wanted} - {each.version for each in found}
    if missing or not found:
        sys.exit(f"No Saleor {' '.join(sorted(missing))} in {saleor_home()}")
    with tempfile.TemporaryDirectory(prefix="cryptopay-upstream-") as name:
        folder = Path(name)
        # PostgreSQL runs as an account of its own when this runs as root.
        folder.chmod(0o711)
        rows = compare_all(found, folder)
    sys.exit(any(row.new_failures for row in rows))


if __name__ == "__main__":
    main()
