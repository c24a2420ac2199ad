"""The tables of transitions as pictures, for the README and docs/refunds.md.

`python -m saleor_cryptopay.core.diagram` prints that of payments, with `refunds` behind
it that of refunds.
"""

import sys
from collections.abc import Iterator, Mapping
from typing import TypeVar

from . import refunds
from .states import TRANSITIONS, PaymentState

State = TypeVar("State", bound=str)
Event = TypeVar("Event", bound=str)


def state_diagram() -> str:
    """Return the table of transitions as a Mermaid `stateDiagram-v2`, no final newline.

    Events that lead from one state to the same other share an arrow.
    """
    return _draw(PaymentState.AWAITING_PAYMENT, TRANSITIONS)


def refund_diagram() -> str:
    """Return the table of refunds in the same way."""
    return _draw(refunds.RefundState.NEEDS_ADDRESS, refunds.TRANSITIONS)


def _draw(first: str, table: Mapping[State, Mapping[Event, State]]) -> str:
    lines = ["stateDiagram-v2", f"    [*] --> {first}"]
    for state, row in table.items():
        lines.extend(f"    {line}" for line in _arrows(state, row))
    return "\n".join(lines)


def _arrows(state: State, row: Mapping[Event, State]) -> Iterator[str]:
    events: dict[State, list[str]] = {}
    for event, target in row.items():
        events.setdefault(target, []).append(event)
    for target, names in events.items():
        yield f"{state} --> {target}: {', '.join(names)}"
    if not row:
        yield f"{state} --> [*]"


if __name__ == "__main__":
    draw = refund_diagram if sys.argv[1:] == ["refunds"] else state_diagram
    sys.stdout.write(draw() + "\n")
