"""What became of each test of a run, and what two runs tell when compared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

PASSED = "passed"
FAILED = "failed"
SKIPPED = "skipped"

# What stands inside a test's element when it did not simply pass.
_MARKS = {"failure": FAILED, "error": FAILED, "skipped": SKIPPED}

# Of tests, by pytest's name for each: `saleor/payment/tests/test_x.py::test_y`.
Outcomes = Mapping[str, str]


def read_outcomes(report: Path) -> dict[str, str]:
    """Return the outcome of each test in a JUnit report of pytest's family `xunit1`.

    A test that passes and then fails while it is cleaned up has failed.
    """
    outcomes: dict[str, str] = {}
    for name, outcome in _reported(report):
        if outcomes.get(name) != FAILED:
            outcomes[name] = outcome
    return outcomes


def _reported(report: Path) -> Iterator[tuple[str, str]]:
    tree = ET.parse(report)  # noqa: S314 - written by a run of ours
    for case in tree.iter("testcase"):
        marks = (_MARKS[child.tag] for child in case if child.tag in _MARKS)
        yield _name(case), next(marks, PASSED)


def _name(case: ET.Element) -> str:
    """Put pytest's name together, which the report gives in parts."""
    file = case.get("file", "")
    module = file.removesuffix(".py").replace("/", ".")
    classes = case.get("classname", "").removeprefix(module).strip(".")
    return "::".join(part for part in (file, classes, case.get("name")) if part)


def not_passed(outcomes: Outcomes) -> list[str]:
    """Return the tests that failed or were skipped."""
    return sorted(name for name, outcome in outcomes.items() if outcome != PASSED)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Saleor's tests on one version, with the plugin and without it.

    Attributes:
        version: of Saleor.
        with_plugin: how all of them end with the plugin installed.
        without: how those that do not pass there end in Saleor's own environment.
    """

    version: str
    with_plugin: Outcomes
    without: Outcomes

    @property
    def new_failures(self) -> list[str]:
        """The tests that pass without the plugin, and do not pass with it."""
        return [
            name
            for name in not_passed(self.with_plugin)
            if self.without.get(name, PASSED) == PASSED
        ]
