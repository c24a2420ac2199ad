"""The picture of the table."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from saleor_cryptopay.core import refunds
from saleor_cryptopay.core.diagram import refund_diagram, state_diagram
from saleor_cryptopay.core.states import TRANSITIONS

ARROW = re.compile(r"    (\w+) --> (\w+): ([\w, ]+)")


@pytest.mark.parametrize(
    ("picture", "first", "table"),
    [
        (state_diagram(), "awaiting_payment", TRANSITIONS),
        (refund_diagram(), "needs_address", refunds.TRANSITIONS),
    ],
    ids=["payments", "refunds"],
)
def test_the_picture_shows_the_table_and_nothing_else(
    picture: str, first: str, table: Mapping[str, Mapping[str, str]]
) -> None:
    head, start, *lines = picture.splitlines()
    drawn: set[tuple[str, str, str]] = set()
    for line in lines:
        if line.endswith("--> [*]"):
            continue
        arrow = ARROW.fullmatch(line)
        assert arrow, line
        state, after, events = arrow.groups()
        drawn |= {(state, event, after) for event in events.split(", ")}
    assert head == "stateDiagram-v2"
    assert start == f"    [*] --> {first}"
    assert drawn == {
        (str(state), str(event), str(after))
        for state, row in table.items()
        for event, after in row.items()
    }


def test_the_module_prints_the_picture() -> None:
    command = [sys.executable, "-m", "saleor_cryptopay.core.diagram"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True)
    assert printed.stdout == state_diagram() + "\n"


def test_the_documentation_shows_the_table_of_refunds() -> None:
    folder = Path(__file__).parents[2] / "docs"
    text = (folder / "refunds.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{refund_diagram()}\n```" in text
