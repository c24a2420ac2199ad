"""Each Saleor has what the bridge uses of it, and the list of that is complete."""

import ast
from collections.abc import Iterator
from pathlib import Path

from demo.services.saleor import RunningSaleor

from .surface import PREFIX, SURFACE

HERE = Path(__file__).parent
PACKAGE = HERE.parents[1] / "saleor_cryptopay"

# Imported as a module: what is used of it stands in the list by itself.
MODULES = {"saleor.order.events:external_notification_event"}


def imported_from_saleor() -> Iterator[str]:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                "saleor."
            ):
                yield from (f"{node.module}:{name.name}" for name in node.names)


def test_the_list_holds_what_is_imported_and_nothing_else() -> None:
    assert set(SURFACE) - MODULES == set(imported_from_saleor())


def test_this_saleor_serves_every_use_of_it(saleor: RunningSaleor) -> None:
    written = saleor.python(HERE / "surface.py").splitlines()

    assert [line for line in written if line.startswith(PREFIX)] == []
