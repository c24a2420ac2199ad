"""The outcome for people: a table of the versions, and the names of new failures.

What was counted on each version is kept in docs/figures/upstream.json: versions that a
run leaves out stay as the run before had them.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from .outcomes import Comparison, not_passed

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "docs" / "figures" / "upstream.json"
PAGE = ROOT / "docs" / "upstream.md"
TEXT = """# Saleor's own tests

Written by `WRITE_FIGURES=1 make upstream`; nothing here is typed by hand.

`saleor/payment`, `saleor/plugins` and `saleor/graphql/payment`, run by each Saleor's
own environment with the plugin installed beside it and its migrations applied. What
does not pass has a second try, and is run without the plugin too. A new failure is a
test that passes without the plugin and does not pass with it.

{table}
"""
HEAD = (
    "| Saleor | day | tests | not passed | of these without it too | new failures |",
    "| --- | --- | ---: | ---: | ---: | ---: |",
)


@dataclass(frozen=True, slots=True)
class Row:
    """What was counted on one version.

    Attributes:
        version: of Saleor.
        day: when.
        tests: how many were run.
        not_passed: how many of them do not pass with the plugin.
        new_failures: those of them that pass without it.
    """

    version: str
    day: str
    tests: int
    not_passed: int
    new_failures: list[str]


def count(comparison: Comparison) -> Row:
    """Return the figures of a comparison."""
    return Row(
        version=comparison.version,
        day=f"{datetime.now(UTC):%Y-%m-%d}",
        tests=len(comparison.with_plugin),
        not_passed=len(not_passed(comparison.with_plugin)),
        new_failures=comparison.new_failures,
    )


def draw_table(rows: Sequence[Row]) -> str:
    """Return a Markdown table with a row for each version, and what is new below."""
    named = [f"- {row.version}: `{name}`" for row in rows for name in row.new_failures]
    lines = [*HEAD, *(_line(row) for row in rows), *([""] if named else []), *named]
    return "\n".join(lines)


def _line(row: Row) -> str:
    new = len(row.new_failures)
    old = row.not_passed - new
    cells = (row.version, row.day, row.tests, row.not_passed, old, new)
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def write_page(rows: Iterable[Row]) -> None:
    """Write docs/upstream.md from these rows and what was kept of other versions."""
    found = json.loads(KEPT.read_text()) if KEPT.exists() else []
    kept = {row["version"]: Row(**row) for row in found}
    kept |= {row.version: row for row in rows}
    ordered = [kept[version] for version in sorted(kept)]
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    KEPT.write_text(json.dumps([asdict(row) for row in ordered], indent=1) + "\n")
    PAGE.write_text(TEXT.format(table=draw_table(ordered)))
