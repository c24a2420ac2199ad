"""The figures that the proofs end in: collected during the run, told at its end.

With WRITE_FIGURES=1 they are also kept in docs/figures/, each with its day, where
`python -m bench.table` finds them.
"""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from _pytest.terminal import TerminalReporter

FOLDER = Path(__file__).parents[2] / "docs" / "figures"
FIGURES = pytest.StashKey[dict[str, str]]()
NAME = "cryptopay-figures"

Figure = Callable[[str, object], None]
"""Tells one figure: what was counted, and what it came to."""

IS_FULL = bool(os.environ.get("FULL"))
"""Whether the longest forms are asked for (`make chaos FULL=1`)."""

IS_LONG = IS_FULL or os.environ.get("PROOFS") == "long"
"""Whether long forms are asked for (`make chaos`); else the tests' quick ones."""


def by_form(quick: int, long: int, full: int) -> int:
    """Return the number that belongs to the form of the proofs that is asked for."""
    if IS_FULL:
        return full
    return long if IS_LONG else quick


def register(config: pytest.Config) -> None:
    """Have the figures told at the end of this run, once."""
    config.stash.setdefault(FIGURES, {})
    if not config.pluginmanager.has_plugin(NAME):
        config.pluginmanager.register(Summary(), NAME)


@pytest.fixture(scope="session")
def figure(pytestconfig: pytest.Config) -> Figure:
    """Give what tells a figure."""
    figures = pytestconfig.stash[FIGURES]

    def tell(name: str, value: object) -> None:
        figures[name] = str(value)

    return tell


class Summary:
    """Writes the section `figures` at the end of the run.

    Where several processes run the tests, each tells its own when it ends.
    """

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand the figures to the process that writes the summary."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["figures"] = session.config.stash[FIGURES]

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over the figures of a process that ran tests."""
        told = getattr(node, "workeroutput", {}).get("figures", {})
        node.config.stash[FIGURES].update(told)

    def pytest_terminal_summary(
        self, terminalreporter: TerminalReporter, config: pytest.Config
    ) -> None:
        """Tell the figures, and keep them if they are asked for."""
        figures = config.stash[FIGURES]
        if not figures:
            return
        terminalreporter.section("figures")
        for name, value in sorted(figures.items()):
            terminalreporter.write_line(f"{name}: {value}")
        if os.environ.get("WRITE_FIGURES"):
            _keep(figures)


def _keep(figures: dict[str, str]) -> None:
    """Keep the figures, with the day, beside those that this run left out."""
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    told = {name: [value, day] for name, value in figures.items()}
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / "proofs.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    text = json.dumps(kept | told, indent=1, sort_keys=True, ensure_ascii=False)
    path.write_text(f"{text}\n")
