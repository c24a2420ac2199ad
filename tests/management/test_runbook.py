"""The runbook has an answer to everything that raises an alarm, and to nothing else."""

import re
from pathlib import Path

from saleor_cryptopay.management.subcommands import SUBCOMMANDS
from saleor_cryptopay.operations import checkup

PROJECT = Path(__file__).parents[2]
RUNBOOK = (PROJECT / "docs" / "runbook.md").read_text(encoding="utf-8")
CODE = [
    path.read_text(encoding="utf-8")
    for path in (PROJECT / "saleor_cryptopay").rglob("*.py")
]


def test_every_alarm_and_every_finding_has_its_entry() -> None:
    alarms = {
        name for text in CODE for name in re.findall(r"cryptopay\.([EW]\d+)", text)
    }
    source = Path(checkup.__file__).read_text(encoding="utf-8")
    subjects = set(re.findall(r'(?:level|Level\.[A-Z]+), "(\w+)"', source))
    assert len(subjects) >= 9
    entries = set(re.findall(r"^### (\w+)$", RUNBOOK, re.MULTILINE))
    assert entries == alarms | subjects | {"queues", "refunds"}


def test_the_commands_of_the_runbook_exist() -> None:
    named = set(re.findall(r"cryptopay ([a-z]+)", RUNBOOK))
    assert named <= set(SUBCOMMANDS)
