"""`python -m bench.runs`: what was run on which Saleor, into the README's table.

The counts are those that `WRITE_FIGURES=1 make test ARGS=tests/saleor` kept.
"""

import ast
import json
import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
TESTS: Final = ROOT / "tests" / "saleor"
README: Final = ROOT / "README.md"
KEPT: Final = ROOT / "docs" / "figures" / "saleor.json"
BLOCK: Final = re.compile(r"(<!-- runs -->\n)(.*?)(<!-- /runs -->)", re.DOTALL)

Counts = dict[str, int]


def table(runs: dict[str, dict[str, Counts]], saleors: dict[str, str]) -> str:
    """Return the table: a row for each file of tests, a column for each Saleor."""
    versions = sorted(saleors)
    head = ["What was run", "Tests", *(f"Saleor {saleors[each]}" for each in versions)]
    lines = [head, ["---"] * len(head)]
    for path in sorted(TESTS.rglob("test_*.py")):
        module = path.relative_to(ROOT).as_posix()
        cells = runs.get(module, {})
        counts = [_cell(cells.get(version)) for version in versions]
        lines.append([_title(path), f"`{module}`", *counts])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def write_table() -> None:
    """Put the table between its markers in the README."""
    kept = json.loads(KEPT.read_text())
    text = README.read_text(encoding="utf-8")
    new = table(kept["runs"], kept["saleors"])
    README.write_text(
        BLOCK.sub(lambda found: f"{found[1]}{new}{found[3]}", text), encoding="utf-8"
    )


def _cell(counts: Counts | None) -> str:
    """Return how the tests of a file ended; what was skipped was not run."""
    left_out = counts.get("skipped", 0) if counts else 0
    ran = sum(counts.values()) - left_out if counts else 0
    if not counts or not ran:
        return "not run"
    passed = counts.get("passed", 0)
    words = f"{passed} passed" if passed == ran else f"{passed} of {ran} passed"
    return f"{words}, {left_out} not run" if left_out else words


def _title(path: Path) -> str:
    """Return the first line of what a file says of itself."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    words = (ast.get_docstring(tree) or path.stem).partition("\n")[0]
    return words.rstrip(".")


if __name__ == "__main__":
    write_table()
