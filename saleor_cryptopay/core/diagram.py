"""The table of transitions as a picture, for the README.

`python -m saleor_cryptopay.core.diagram` prints it.
"""

import sys
from collections.abc import Iterator, Mapping

from .states import TRANSITIONS, PaymentEvent, PaymentState


def state_diagram() -> str:
    """Return the table of transitions as a Mermaid `stateDiagram-v2`, no final newline.

    Events that lead from one state to the same other share an arrow.
    """
    lines = [
        "stateDiagram-v2",
        f"    [*] --> {PaymentState.AWAITING_PAYMENT}",
    ]
    for state, row in TRANSITIONS.items():
        lines.extend(f"    {line}" for line in _arrows(state, row))
    return "\n".join(lines)


def _arrows(
    state: PaymentState, row: Mapping[PaymentEvent, PaymentState]
) -> Iterator[str]:
    events: dict[PaymentState, list[str]] = {}
    for event, target in row.items():
        events.setdefault(target, []).append(event)
    for target, names in events.items():
        yield f"{state} --> {target}: {', '.join(names)}"
    if not row:
        yield f"{state} --> [*]"


if __name__ == "__main__":
    sys.stdout.write(state_diagram() + "\n")
