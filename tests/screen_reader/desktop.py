"""A desktop that nobody sees, on which Orca reads a browser's window aloud.

A screen in memory, a session bus, a window manager and the screen reader. Orca is the
real one; what it would say goes to a file in place of a voice.
"""

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from demo.services.processes import Program, bare_environment, run

# What has to be installed, and the Debian package that brings it.
PROGRAMS: Final = {
    "Xvfb": "xvfb",
    "dbus-daemon": "dbus",
    "/usr/libexec/at-spi-bus-launcher": "at-spi2-core",
    "openbox": "openbox",
    "xdotool": "xdotool",
    "orca": "orca",
}

START_SECONDS: Final = 30
PAUSE_SECONDS: Final = 0.05
# How long nothing must be said for Orca to have finished.
STILL_SECONDS: Final = 1.0
HEAR_SECONDS: Final = 20.0

# Orca runs this when it starts. It has a log of its own of what it speaks, and gets no
# speech server. It does not repeat the keys that a test presses.
_CUSTOMIZATIONS: Final = """\
import logging
from orca import settings
logging.getLogger("speech").addHandler(logging.FileHandler({spoken!r}))
settings.speechServerFactory = None
settings.speechFactoryModules = []
settings.enableKeyEcho = False
"""
_BEFORE: Final = "SPEECH OUTPUT: '"
_AFTER: Final = re.compile(r"'(?: voice=\w+)?\s*\Z")


class Desktop:
    """The desktop while it runs.

    Attributes:
        environment: the variables of a program that is to appear on it.
    """

    def __init__(self, environment: dict[str, str], spoken: Path) -> None:
        """Listen to what is written to the file `spoken`."""
        self.environment = environment
        self._spoken = spoken
        self._heard = 0

    def press(self, *keys: str) -> None:
        """Press keys one after the other, by their names in X (`Tab`, `Insert+a`)."""
        for key in keys:
            run(["xdotool", "key", key], environment=self.environment)

    def type(self, text: str) -> None:
        """Type a text into what has the focus."""
        run(["xdotool", "type", "--delay", "5", text], environment=self.environment)

    def hear(self, until: str = ".", seconds: float = HEAR_SECONDS) -> list[str]:
        """Return what was spoken since the last call, utterance by utterance.

        It listens until a regular expression was spoken and Orca has fallen silent, or
        the time is over.
        """
        end = time.monotonic() + seconds
        lines: list[str] = []
        changed = time.monotonic()
        while (now := time.monotonic()) < end:
            before, lines = lines, self._utterances()[self._heard :]
            if lines != before:
                changed = now
            if now - changed > STILL_SECONDS and re.search(until, "\n".join(lines)):
                break
            time.sleep(PAUSE_SECONDS)
        self._heard += len(lines)
        return lines

    def hear_nothing_more(self, seconds: float = HEAR_SECONDS) -> None:
        """Wait until Orca has fallen silent, and forget what it said."""
        self.hear("", seconds)

    def _utterances(self) -> list[str]:
        if not self._spoken.exists():
            return []
        texts = self._spoken.read_text(errors="replace").split(_BEFORE)[1:]
        return [" ".join(_AFTER.sub("", text).split()) for text in texts]


def missing_packages() -> list[str]:
    """Return the Debian packages that listening needs and this machine has not."""
    return [package for name, package in PROGRAMS.items() if not shutil.which(name)]


@contextmanager
def start_desktop(folder: Path) -> Iterator[Desktop]:
    """Start a desktop; its settings and logs go to `folder`.

    Raises:
        ServiceError: a part of it did not start.
    """
    spoken = folder / "spoken.log"
    environment = _environment(folder / "home")
    _customize_orca(folder / "home", spoken)
    with ExitStack() as stack:

        def start(name: str, *options: str) -> Program:
            log = folder / f"{name}.log"
            program = Program(name, [name, *options], log=log, environment=environment)
            return stack.enter_context(program)

        screen = start("Xvfb", "-displayfd", "1", "-screen", "0", "1280x1400x24")
        environment["DISPLAY"] = f":{_line_of(screen, '[0-9]+')}"
        bus = start("dbus-daemon", "--session", "--nofork", "--print-address")
        environment["DBUS_SESSION_BUS_ADDRESS"] = _line_of(bus, "unix:.*")
        start("openbox")
        start("orca")
        desktop = Desktop(environment, spoken)
        desktop.hear("Screen reader on", START_SECONDS)
        yield desktop


def _environment(home: Path) -> dict[str, str]:
    home.mkdir(parents=True)
    folders = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR")
    return bare_environment(
        **dict.fromkeys(folders, str(home)),
        LANG="C.UTF-8",
        ACCESSIBILITY_ENABLED="1",
        GSETTINGS_BACKEND="memory",
    )


def _customize_orca(home: Path, spoken: Path) -> None:
    file = home / "orca" / "orca-customizations.py"
    file.parent.mkdir()
    file.write_text(_CUSTOMIZATIONS.format(spoken=str(spoken)))


def _line_of(program: Program, pattern: str) -> str:
    """Return the line by which a program tells where it is found."""
    program.wait_for_line(rf"(?m)^{pattern}$", START_SECONDS)
    found = re.search(rf"(?m)^{pattern}$", program.log.read_text())
    return found[0] if found else ""
