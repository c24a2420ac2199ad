"""What is read from a report, and what counts as a new failure."""

from pathlib import Path

import pytest

from .outcomes import FAILED, PASSED, SKIPPED, Comparison, not_passed, read_outcomes
from .table import count, draw_table

REPORT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest">
  <testcase classname="saleor.payment.tests.test_one"
            file="saleor/payment/tests/test_one.py" name="test_pays[usd]"/>
  <testcase classname="saleor.payment.tests.test_one.TestTwo"
            file="saleor/payment/tests/test_one.py" name="test_in_a_class">
    <failure message="assert 1 == 2">...</failure></testcase>
  <testcase classname="saleor.payment.tests.test_one"
            file="saleor/payment/tests/test_one.py" name="test_slow">
    <skipped/></testcase>
  {more}
</testsuite></testsuites>
"""
ONE = "saleor/payment/tests/test_one.py"


def read(folder: Path, more: str = "") -> dict[str, str]:
    report = folder / "report.xml"
    report.write_text(REPORT.format(more=more))
    return read_outcomes(report)


def test_tests_have_the_names_that_pytest_runs_them_by(tmp_path: Path) -> None:
    assert read(tmp_path) == {
        f"{ONE}::test_pays[usd]": PASSED,
        f"{ONE}::TestTwo::test_in_a_class": FAILED,
        f"{ONE}::test_slow": SKIPPED,
    }


@pytest.mark.parametrize("turn", [1, -1])
def test_a_test_that_fails_at_any_point_has_failed(tmp_path: Path, turn: int) -> None:
    case = f'<testcase classname="x" file="{ONE}" name="test_twice">'
    parts = [f"{case}</testcase>", f"{case}<error/></testcase>"][::turn]
    assert read(tmp_path, "".join(parts))[f"{ONE}::x::test_twice"] == FAILED


def test_what_fails_without_the_plugin_too_is_no_new_failure() -> None:
    with_plugin = {"a": PASSED, "b": FAILED, "c": FAILED, "d": SKIPPED}
    without = {"b": FAILED, "c": PASSED, "d": SKIPPED}
    comparison = Comparison("3.23", with_plugin, without)
    assert not_passed(with_plugin) == ["b", "c", "d"]
    assert comparison.new_failures == ["c"]


def test_what_was_not_run_without_the_plugin_is_not_excused() -> None:
    assert Comparison("3.23", {"a": FAILED}, {}).new_failures == ["a"]


def test_the_table_counts_and_names_new_failures() -> None:
    with_plugin = {"a": PASSED, "b": FAILED, "c": FAILED}
    row = count(Comparison("3.23", with_plugin, {"b": FAILED, "c": PASSED}))
    table = draw_table([row])
    assert f"| 3.23 | {row.day} | 3 | 2 | 1 | 1 |" in table.splitlines()
    assert table.endswith("- 3.23: `c`")
