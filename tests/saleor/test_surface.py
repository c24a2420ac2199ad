"""Each Saleor has what the bridge uses of it, and the list of that is complete."""

import ast
from collections.abc import Iterator
from pathlib import Path

from .shell import Shell
from .surface import SURFACE

HERE = Path(__file__).parent
PACKAGE = HERE.parents[1] / "saleor_cryptopay"

FIND_PROBLEMS = """
import runpy

for line in runpy.run_path(path)["find_problems"]():
    print(line)
"""


def imported_from_saleor() -> Iterator[str]:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                "saleor."
            ):
                yield from (f"{node.module}:{name.name}" for name in node.names)


def test_the_list_holds_what_is_imported_and_nothing_else() -> None:
    assert set(SURFACE) == set(imported_from_saleor())


def test_this_saleor_serves_every_use_of_it(shell: Shell) -> None:
    assert shell.run(FIND_PROBLEMS, path=str(HERE / "surface.py")) == ""
