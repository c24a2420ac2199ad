"""docs/figures.md: all figures of the last runs, with machine and versions."""

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
import psycopg

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "docs" / "figures"
TABLE = ROOT / "docs" / "figures.md"

# What is measured, in the order it is told; each part may be measured by itself.
PARTS = ("inboxes", "intake", "rates", "history", "expiry")

HEAD = """# Figures

Written by `make bench` and `make chaos`; nothing here is typed by hand. Each part is
told with the machine it was measured on and how busy that was with other work (its
load: how many processes wanted to run at once). What is compared was measured by turns,
and medians of the rounds are told. A run of a part leaves the others as they were;
what was counted is kept in [figures/](figures).
"""
COST_HEAD = "\n## What it costs\n"
PART_HEAD = """
{machine}:

| what | measured | goal |
| --- | --- | --- |
"""
PROOF_HEAD = """
## What holds

| proof | counted | on |
| --- | --- | --- |
"""

Row = tuple[str, str, str]


def keep(name: str, figures: object) -> None:
    """Keep the figures of a run until the table is written."""
    KEPT.mkdir(parents=True, exist_ok=True)
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    (KEPT / f"{name}.json").write_text(f"{text}\n")


def machine() -> str:
    """Return where and with what the figures were measured."""
    parts = (
        f"{datetime.now(UTC):%d %B %Y}",
        f"{os.cpu_count()} x {_processor()}",
        f"load {os.getloadavg()[0]:.1f}",
        f"Python {platform.python_version()}",
        f"Django {django.get_version()}",
        f"psycopg {psycopg.__version__}",
    )
    return ", ".join(parts)


def write_table() -> None:
    """Write docs/figures.md from what was kept."""
    text = HEAD
    measured = [kept for part in PARTS if (kept := _kept(f"bench-{part}.json"))]
    if measured:
        text += COST_HEAD
    for part in measured:
        text += PART_HEAD.format(machine=part["machine"])
        text += "".join(f"| {a} | {b} | {c} |\n" for a, b, c in part["rows"])
    proofs = _kept("proofs.json")
    if proofs:
        text += PROOF_HEAD
        for name, (value, day) in sorted(proofs.items()):
            text += f"| {name} | {value} | {day} |\n"
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(text)


def _kept(name: str) -> dict[str, Any]:
    path = KEPT / name
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


if __name__ == "__main__":
    write_table()
