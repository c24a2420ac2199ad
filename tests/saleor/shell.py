"""Python inside a running Saleor's environment, without a new process each time."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from typing import IO

from demo.services.saleor import RunningSaleor

SCRIPT = Path(__file__).parent / "inside" / "shell.py"
MARK = "answer: "

# A minute ago: the time is past when coins could have come and nobody had looked.
OVERDUE = """
from datetime import timedelta

from django.utils import timezone

from saleor_cryptopay.models import Payment

a_minute_ago = timezone.now() - timedelta(minutes=1)
assert Payment.objects.filter(token=token).update(expires_at=a_minute_ago)
"""

PAYMENT_ID = """
from saleor_cryptopay.models import Payment

print(Payment.objects.get(token=token).pk, end="")
"""

# Tests beat faster than beat does: what a minute's budget of requests would put off to
# the next minute is done all the same.
NEXT_MINUTE = """
from saleor_cryptopay.models import Spending

Spending.objects.filter(window="minute").update(used=0)
"""

# A process of its own with its own exit status, without the half minute of imports.
MANAGE = """
import json
import os
import sys

from django.core.management import execute_from_command_line
from django.db import connections

connections.close_all()
back, out = os.pipe()
child = os.fork()
if not child:
    os.dup2(out, 1)
    os.dup2(out, 2)
    sys.stdout = os.fdopen(1, "w")
    sys.stderr = os.fdopen(2, "w")
    status = 0
    try:
        execute_from_command_line(["manage.py", *arguments])
    except SystemExit as end:
        status = end.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
os.close(out)
with os.fdopen(back) as stream:
    written = stream.read()
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(json.dumps([status, written]))
"""


class Shell:
    """An interpreter that has set Saleor up once and runs what it is sent."""

    def __init__(self, to: IO[str], back: IO[str]) -> None:
        self._to, self._back = to, back
        self._answer()

    def run(self, code: str, **values: object) -> str:
        """Run code with these names given; return what it printed."""
        given = "\n".join(f"{name} = {value!r}" for name, value in values.items())
        self._to.write(json.dumps(f"{given}\n{dedent(code)}") + "\n")
        self._to.flush()
        return self._answer()

    def manage(self, *arguments: str) -> tuple[int, str]:
        """Run a management command; return its exit status and what it wrote."""
        status, written = json.loads(self.run(MANAGE, arguments=arguments))
        return int(status), str(written)

    def beat(self, *tasks: str) -> None:
        """Run tasks of ours now that beat would hand to a worker within a minute."""
        for task in tasks:
            self.run(NEXT_MINUTE)
            self.run(f"from saleor_cryptopay.bridge.tasks import {task}\n{task}()")

    def expire(self, token: str) -> None:
        """Let a payment's deadline pass, and have it seen."""
        self.run(OVERDUE, token=token)
        self.beat("reconcile")

    def _answer(self) -> str:
        for line in self._back:
            if line.startswith(MARK):
                is_good, text = json.loads(line.removeprefix(MARK))
                assert is_good, text
                return str(text)
        raise AssertionError("The shell inside Saleor has ended.")


@contextmanager
def running_shell(saleor: RunningSaleor) -> Iterator[Shell]:
    """Run one beside a Saleor, and end it."""
    command, environment, folder = saleor.interpreter(SCRIPT)
    with subprocess.Popen(
        [str(part) for part in command],
        env=environment,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Shell(process.stdin, process.stdout)
        process.stdin.close()
