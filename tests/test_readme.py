"""What the README shows is what the program does."""

import re
from pathlib import Path
from typing import Literal

from pytest import TestReport  # noqa: PT013 - a class of it

from bench.runs import BLOCK, table
from saleor_cryptopay.core.diagram import state_diagram

from .saleor.runs import Recorder

When = Literal["setup", "call", "teardown"]
Outcome = Literal["passed", "failed", "skipped"]

README = Path(__file__).parent.parent / "README.md"
STATES = re.compile(
    r"<!-- states -->\s*```mermaid\n(.*?)\n```\s*<!-- /states -->", re.DOTALL
)


def test_the_diagram_of_states_is_drawn_from_the_table() -> None:
    found = STATES.search(README.read_text(encoding="utf-8"))
    assert found, "README.md has no mermaid block between the states markers"
    assert found[1] == state_diagram()


def test_the_table_of_runs_names_tests_that_exist() -> None:
    found = BLOCK.search(README.read_text(encoding="utf-8"))
    assert found, "README.md has no runs markers"
    modules = re.findall(r"`(tests/saleor/\S+\.py)`", found[2])
    assert modules
    assert [name for name in modules if not (README.parent / name).exists()] == []


def test_the_table_of_runs_says_what_did_not_pass_and_what_did_not_run() -> None:
    module = "tests/saleor/test_payments.py"
    runs = {
        module: {
            "3.21": {"skipped": 3},
            "3.23": {"passed": 2, "skipped": 1},
            "main": {"passed": 2, "failed": 1},
        }
    }
    saleors = {"3.21": "3.21.1", "3.23": "3.23.4", "main": "3.24.0"}
    head, _, *rows = table(runs, saleors).splitlines()
    assert head.endswith("| Saleor 3.21.1 | Saleor 3.23.4 | Saleor 3.24.0 |")
    (row,) = [row for row in rows if f"`{module}`" in row]
    assert row.endswith("| not run | 2 passed, 1 not run | 2 of 3 passed |")
    others = [row for row in rows if row != row_of_none(row)]
    assert others == [row]


def row_of_none(row: str) -> str:
    """Return a row as it is where nothing was run."""
    return "|".join([*row.split("|")[:3], *[" not run "] * 3, ""])


def reported(test: str, when: When, outcome: Outcome) -> TestReport:
    nodeid = f"tests/saleor/test_payments.py::{test}"
    return TestReport(nodeid, (nodeid, 0, test), {}, outcome, None, when)


def test_each_test_on_a_saleor_is_counted_once_by_how_it_ended() -> None:
    recorder = Recorder()
    for report in (
        reported("test_it[3.23-tron]", "setup", "passed"),
        reported("test_it[3.23-tron]", "call", "passed"),
        reported("test_more[3.23]", "setup", "passed"),
        reported("test_more[3.23]", "call", "failed"),
        reported("test_it[main]", "setup", "skipped"),
        reported("test_broken[main]", "call", "passed"),
        reported("test_broken[main]", "teardown", "failed"),
        reported("test_no_saleor", "call", "passed"),
    ):
        recorder.pytest_runtest_logreport(report)
    module = "tests/saleor/test_payments.py"
    assert recorder.count() == {
        (module, "3.23"): {"passed": 1, "failed": 1},
        (module, "main"): {"skipped": 1, "failed": 1},
    }
