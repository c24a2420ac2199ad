"""What was heard, as the tables of docs/accessibility.md."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from demo.services.processes import run

PAGE: Final = Path(__file__).parents[2] / "docs" / "accessibility.md"
BLOCK: Final = re.compile(r"(<!-- heard -->\n).*?(<!-- /heard -->)", re.DOTALL)

HEAD: Final = """\
### {place}

| the customer | Orca says |
| --- | --- |
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What was heard once.

    Attributes:
        order: where in the tables it stands; rows of one order stay as they were noted.
        place: the table that it stands in.
        done: what the customer did.
        spoken: what the screen reader said then.
    """

    order: int
    place: str
    done: str
    spoken: Sequence[str]


@dataclass
class Transcript:
    """What was heard, in whatever order the tests were run.

    Attributes:
        rows: all that was noted.
    """

    rows: list[Row] = field(default_factory=list)

    def draw(self) -> str:
        """Return the tables, below a line of when and with what they were made."""
        ordered = sorted(self.rows, key=lambda row: row.order)
        parts = [f"{_made_with()}\n"]
        for place in dict.fromkeys(row.place for row in ordered):
            rows = [row for row in ordered if row.place == place]
            lines = [f"| {row.done} | {_cell(row.spoken)} |\n" for row in rows]
            parts.append(HEAD.format(place=place) + "".join(lines))
        return "\n".join(parts)

    def write(self) -> None:
        """Write the tables between the marks in docs/accessibility.md."""
        page, tables = PAGE.read_text(encoding="utf-8"), self.draw()
        PAGE.write_text(
            BLOCK.sub(lambda found: f"{found[1]}{tables}{found[2]}", page),
            encoding="utf-8",
        )


def _cell(spoken: Sequence[str]) -> str:
    if not spoken:
        return "*nothing*"
    return "<br>".join(text.replace("|", "\\|") for text in spoken)


def _made_with() -> str:
    orca = run(["orca", "--version"]).split()[-1]
    (chromium,) = re.findall(r"Chromium [\d.]+", run(["chromium", "--version"]))
    (system,) = re.findall(r'PRETTY_NAME="(.*)"', Path("/etc/os-release").read_text())
    return f"Heard on {datetime.now(UTC):%d %B %Y}: Orca {orca}, {chromium}, {system}."
