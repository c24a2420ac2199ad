"""The runbook has an answer to everything that raises an alarm, and to nothing else."""

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import CommandError, load_command_class

from saleor_cryptopay.management.subcommands import SUBCOMMANDS
from saleor_cryptopay.operations import checkup

PROJECT = Path(__file__).parents[2]
RUNBOOK = (PROJECT / "docs" / "runbook.md").read_text(encoding="utf-8")
DOCUMENTS = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
NAMES = rf"(?:{'|'.join(SUBCOMMANDS)})\b(?![_./])"
PLACEHOLDERS = {"STATUS": "dead", "STATE": "in_doubt", "DAY": "2026-01-31"}
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


def commands_in(text: str) -> set[str]:
    """Return what the documentation shows as commands, without `manage.py cryptopay`.

    Code in a sentence counts where it begins with a subcommand, and each line of a
    console.
    """
    consoles = re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`]+)`", prose)
    spans += [line for block in consoles for line in block.splitlines()]
    found = (
        re.fullmatch(rf"(?:.*manage\.py )?(?:cryptopay )?({NAMES}.*)", " ".join(words))
        for words in (span.replace("\\|", "|").split() for span in spans)
    )
    return {match[1] for match in found if match}


def spellings(usage: str) -> set[str]:
    """Return each command that a usage stands for: `a|b`, and what is in brackets."""
    if optional := re.search(r" ?\[([^][]*)\]", usage):
        before, after = usage[: optional.start()], usage[optional.end() :]
        return spellings(f"{before}{after}") | spellings(
            f"{before} {optional[1]}{after}"
        )
    if choice := re.search(r"\S+\|\S+", usage):
        before, after = usage[: choice.start()], usage[choice.end() :]
        words = choice[0].split("|")
        return set().union(*(spellings(f"{before}{word}{after}") for word in words))
    return {usage}


def filled_in(command: str) -> list[str]:
    """Return the words of a command, with something for each placeholder."""
    return [
        PLACEHOLDERS.get(word, "1") if re.fullmatch(r"[A-Z_]+", word) else word
        for word in shlex.split(command)
    ]


def test_what_is_shown_as_a_command_is_taken_as_one() -> None:
    assert commands_in("Run `manage.py cryptopay\nexpire`, then `outbox`.") == {
        "expire",
        "outbox",
    }
    assert commands_in("```console\n$ manage.py cryptopay audit\n```") == {"audit"}
    assert commands_in("`audit_days`, `cryptopay.open`, `--retry`") == set()
    assert spellings("refunds a|b [ID [--x N]]") == {
        *("refunds a", "refunds b"),
        *("refunds a ID", "refunds b ID"),
        *("refunds a ID --x N", "refunds b ID --x N"),
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_the_commands_that_are_shown_are_taken_by_the_program(document: Path) -> None:
    parser = load_command_class("saleor_cryptopay", "cryptopay").create_parser(
        "manage.py", "cryptopay"
    )
    usages = commands_in(document.read_text(encoding="utf-8"))
    refused = {}
    for command in sorted(set().union(*map(spellings, usages))):
        try:
            parser.parse_args(filled_in(command))
        except CommandError as error:
            refused[command] = str(error)
    assert refused == {}
