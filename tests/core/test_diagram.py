"""The picture of the table."""

import re
import subprocess
import sys

from saleor_cryptopay.core.diagram import state_diagram
from saleor_cryptopay.core.states import TRANSITIONS

ARROW = re.compile(r"    (\w+) --> (\w+): ([\w, ]+)")


def test_the_picture_shows_the_table_and_nothing_else() -> None:
    head, start, *lines = state_diagram().splitlines()
    drawn: set[tuple[str, str, str]] = set()
    for line in lines:
        arrow = ARROW.fullmatch(line)
        assert arrow, line
        state, after, events = arrow.groups()
        drawn |= {(state, event, after) for event in events.split(", ")}
    assert head == "stateDiagram-v2"
    assert start == "    [*] --> awaiting_payment"
    assert drawn == {
        (str(state), str(event), str(after))
        for state, row in TRANSITIONS.items()
        for event, after in row.items()
    }


def test_the_module_prints_the_picture() -> None:
    command = [sys.executable, "-m", "saleor_cryptopay.core.diagram"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True)
    assert printed.stdout == state_diagram() + "\n"
