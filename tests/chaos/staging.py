"""A database with crews of processes on it."""

import json
import sys
import time
from pathlib import Path
from typing import Any

from demo.services.processes import Program, ServiceError, bare_environment

ROOT = Path(__file__).parents[2]
BIRTH_SECONDS = 60


class Ground:
    """A folder and a database that crews share."""

    def __init__(self, folder: Path, database_url: str, **plan: object) -> None:
        """Write the plan down; see `roles` for what it holds."""
        self.folder = folder
        self.database_url = database_url
        folder.mkdir(parents=True)
        (folder / "plan.json").write_text(json.dumps(plan))

    def start(self, role: str, copies: int = 1) -> Program:
        """Start a crew."""
        return Program(
            f"the crew of {role}",
            [sys.executable, "-m", "tests.chaos.crew", role, str(copies), self.folder],
            environment=bare_environment(
                DJANGO_SETTINGS_MODULE="tests.chaos.settings",
                DATABASE_URL=self.database_url,
                PYTHONUNBUFFERED="1",
            ),
            folder=ROOT,
            log=self.folder / f"{role}.log",
        )

    def run(self, role: str, copies: int = 1, seconds: float = 120) -> None:
        """Run a crew to its end; all of its children begin together.

        Raises:
            ServiceError: one of them failed, or they took too long.
        """
        with self.start(role, copies) as program:
            (self.folder / "go").touch()
            if not program.wait(seconds):
                raise ServiceError(f"{role} takes too long:\n{program.log_end()}")
            program.require_success()

    def children(self, role: str) -> list[int]:
        """Return the ids of the living children of a crew."""
        register = self.folder / f"{role}.pids"
        return [int(pid) for pid in register.read_text().split()]

    def wait_for_children(self, *roles: str) -> None:
        """Wait until crews that were started have children.

        Raises:
            ServiceError: one of them takes too long.
        """
        end = time.monotonic() + BIRTH_SECONDS
        for role in roles:
            while not (self.folder / f"{role}.pids").exists():
                if time.monotonic() > end:
                    raise ServiceError(f"{role} has no children yet")
                time.sleep(0.05)

    def verdict(self, seconds: float = 600) -> dict[str, Any]:
        """Let everything come to its end; return what came of it."""
        self.run("verify", seconds=seconds)
        found: dict[str, Any] = json.loads((self.folder / "verdict.json").read_text())
        return found
