"""Programs in the background: each in a process group of its own, with a log."""

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

# What a program may need of the surroundings. The rest stays out: a setting of this
# process (DJANGO_SETTINGS_MODULE, PYTHONPATH) would change what is started.
INHERITED = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR")
STOP_SECONDS = 10
PAUSE_SECONDS = 0.1


class ServiceError(RuntimeError):
    """A program or a service did not do what was asked; the message says what."""


def bare_environment(**variables: str) -> dict[str, str]:
    """Return the few inherited variables that are harmless, and the given ones."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**inherited, **variables}


def run(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    user: str | None = None,
) -> str:
    """Run a program to its end and return what it wrote on both streams.

    Raises:
        ServiceError: it failed; the message ends with what it wrote last.
    """
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=None if environment is None else dict(environment),
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        end = "\n".join(done.stdout.splitlines()[-40:])
        name = Path(str(command[0])).name
        raise ServiceError(f"{name} ended with code {done.returncode}:\n{end}")
    return done.stdout


class Program:
    """A program running in the background, from construction until `stop`.

    Attributes:
        name: what messages call it.
        log: the file that both of its streams go to.
    """

    def __init__(  # noqa: PLR0913 - what the operating system asks of a process
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str],
        folder: Path | None = None,
        user: str | None = None,
    ) -> None:
        """Start it; `user` is an account to run as, for which one must be root."""
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as stream:
            self._process = subprocess.Popen(
                [str(part) for part in command],
                cwd=folder,
                env=dict(environment),
                user=user,
                group=user,
                extra_groups=None if user is None else [],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    @property
    def code(self) -> int | None:
        """The code that it ended with; None as long as it runs."""
        return self._process.poll()

    def log_end(self, lines: int = 40) -> str:
        """Return the last lines of the log."""
        text = self.log.read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def wait_for_http(self, url: str, seconds: float) -> None:
        """Wait until `url` answers 200.

        Raises:
            ServiceError: the program ended, or the time is over.
        """
        self._wait(lambda: _answers(url), f"answer on {url}", seconds)

    def wait_for_line(self, pattern: str, seconds: float) -> None:
        """Wait until a regular expression is found in the log.

        Raises:
            ServiceError: the program ended, or the time is over.
        """

        def is_logged() -> bool:
            return re.search(pattern, self.log.read_text(errors="replace")) is not None

        self._wait(is_logged, f"log {pattern!r}", seconds)

    def _wait(self, is_ready: Callable[[], bool], what: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not is_ready():
            if not self.is_running:
                raise ServiceError(f"{self.name} ended early:\n{self.log_end()}")
            if time.monotonic() > deadline:
                raise ServiceError(
                    f"{self.name} did not {what} in {seconds:g} s:\n{self.log_end()}"
                )
            time.sleep(PAUSE_SECONDS)

    def wait(self, seconds: float) -> bool:
        """Wait for the program's own end; return whether it came."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return not self.is_running

    def require_success(self) -> None:
        """Check the code of a program that has ended.

        Raises:
            ServiceError: it is not 0.
        """
        if self._process.wait():
            raise ServiceError(f"{self.name} failed:\n{self.log_end()}")

    def ask_to_stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Tell the program to end, without waiting for it."""
        if self.is_running:
            self._process.send_signal(number)

    def stop(self, first: signal.Signals = signal.SIGTERM) -> None:
        """End the program and its children, gently at first; harmless when ended."""
        self.ask_to_stop(first)
        self.wait(STOP_SECONDS)
        self._signal_group(signal.SIGKILL)
        self._process.wait()

    def _signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def stop_all(programs: Sequence[Program]) -> None:
    """End several programs at once: the slowest one counts, not the sum."""
    for program in programs:
        program.ask_to_stop()
    for program in programs:
        program.stop()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
