"""What README and docs show is what the program does."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pytest import TestReport  # noqa: PT013 - a class of it

from bench.runs import BLOCK, table
from saleor_cryptopay.bridge.schedule import SCHEDULE
from saleor_cryptopay.bridge.settings import refunds
from saleor_cryptopay.bridge.settings.table import DEFAULTS, POLICY_FIELDS
from saleor_cryptopay.core.diagram import state_diagram

from .saleor.runs import Recorder

When = Literal["setup", "call", "teardown"]
Outcome = Literal["passed", "failed", "skipped"]

README = Path(__file__).parent.parent / "README.md"
OPERATING = README.parent / "docs" / "operating.md"
STATES = re.compile(
    r"<!-- states -->\s*```mermaid\n(.*?)\n```\s*<!-- /states -->", re.DOTALL
)


def test_the_diagram_of_states_is_drawn_from_the_table() -> None:
    found = STATES.search(README.read_text(encoding="utf-8"))
    assert found, "README.md has no mermaid block between the states markers"
    assert found[1] == state_diagram()


def rows_below(head: str, document: Path) -> Iterator[list[str]]:
    """Yield the cells of each row of the table whose head begins like this."""
    text = document.read_text(encoding="utf-8")
    found = re.search(
        rf"^\| {head} \| .*\n\| --- .*\n((?:\|.*\n)+)", text, re.MULTILINE
    )
    assert found, f"{document.name} has no table that begins with “{head}”"
    rows = found[1].splitlines()
    for row in rows:
        yield [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip("|"))]


def shown_default(value: object) -> str:
    """Return how the table of settings writes a default."""
    if isinstance(value, bool):
        return "on" if value else "off"
    words = str(value).split()
    return ", ".join(word if word.isdecimal() else f"`{word}`" for word in words)


def test_the_table_of_settings_names_each_with_its_default() -> None:
    named: dict[str, str] = {}
    for settings, _, default in rows_below("Setting", README):
        names = re.findall(r"`(\w+)`", settings)
        defaults = default.split(", ") if len(names) > 1 else [default]
        named |= dict(zip(names, defaults * (len(names) // len(defaults)), strict=True))
    assert named == {name: shown_default(value) for name, value in DEFAULTS.items()}


def test_the_settings_that_a_channel_may_have_are_named() -> None:
    found = re.search(
        r"^A channel may have for itself: ([^.]+)\.",
        README.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert found, "README.md does not say what a channel may have for itself"
    named = set(re.findall(r"`(\w+)`", found[1]))
    assert named == POLICY_FIELDS.keys() | refunds.FIELDS.keys() | {"return_url"}


def test_the_table_of_tasks_is_the_schedule() -> None:
    units = {"s": "seconds", "min": "minutes", "h": "hours"}
    shown = {}
    for every, task, _ in rows_below("every", OPERATING):
        count, unit = every.split()
        name = f"saleor_cryptopay.{task.strip('`')}"
        shown[name] = timedelta(**{units[unit]: int(count)})
    assert shown == SCHEDULE


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
