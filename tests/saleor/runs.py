"""What was run on which Saleor, counted while it runs.

With WRITE_FIGURES=1 the counts are kept in docs/figures/saleor.json, where
`python -m bench.runs` finds them for the README. What a run leaves out stays as the
run before it had it.
"""

import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from demo.services.installs import VERSIONS, find_saleors

ROOT: Final = Path(__file__).parents[2]
KEPT: Final = ROOT / "docs" / "figures" / "saleor.json"
FOLDER: Final = "tests/saleor/"
NAME: Final = "cryptopay-runs"

Cells = dict[tuple[str, str], Counter[str]]


def register(config: pytest.Config) -> None:
    """Have runs counted, where figures are asked for and tests report to."""
    is_worker = hasattr(config, "workerinput")
    if os.environ.get("WRITE_FIGURES") and not is_worker:
        config.pluginmanager.register(Recorder(), NAME)


class Recorder:
    """Counts how the tests on real Saleors end."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._ends: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how a test ended: what fails before or after it counts as its own."""
        is_new = report.nodeid not in self._ends
        is_end = report.when == "call" or report.outcome != "passed"
        if is_end and (is_new or report.outcome == "failed"):
            self._ends[report.nodeid] = report.outcome

    def pytest_sessionfinish(self) -> None:
        """Keep the counts, beside those of what did not run now."""
        if cells := self.count():
            KEPT.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(_merged(cells), indent=1, sort_keys=True)
            KEPT.write_text(f"{text}\n")

    def count(self) -> Cells:
        """Return how many tests ended how, by file and Saleor."""
        cells: Cells = {}
        for nodeid, outcome in self._ends.items():
            module, _, test = nodeid.partition("::")
            versions = {"main", *VERSIONS} & set(re.split(r"[\[\]-]", test))
            if module.startswith(FOLDER) and versions:
                cells.setdefault((module, versions.pop()), Counter())[outcome] += 1
        return cells


def _merged(cells: Cells) -> dict[str, Any]:
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {"runs": {}}
    for (module, version), counts in cells.items():
        kept["runs"].setdefault(module, {})[version] = dict(counts)
    kept["saleors"] = {each.version: _release(each.src) for each in find_saleors()}
    return dict(kept)


def _release(source: Path) -> str:
    """Return which release a Saleor is: `3.23.28`."""
    text = (source / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'^version = "(.+)"$', text, re.MULTILINE)
    return found[1] if found else "unknown"
