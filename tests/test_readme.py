"""What the README shows is what the program does."""

import re
from pathlib import Path

from saleor_cryptopay.core.diagram import state_diagram

README = Path(__file__).parent.parent / "README.md"
STATES = re.compile(
    r"<!-- states -->\s*```mermaid\n(.*?)\n```\s*<!-- /states -->", re.DOTALL
)


def test_the_diagram_of_states_is_drawn_from_the_table() -> None:
    found = STATES.search(README.read_text(encoding="utf-8"))
    assert found, "README.md has no mermaid block between the states markers"
    assert found[1] == state_diagram()
