"""Who sits at the machine."""

import os


def operator() -> str:
    """Return who runs the command, as the machine knows them."""
    names = (os.environ.get(name) for name in ("SUDO_USER", "USER"))
    return f"command {next(filter(None, names), os.getuid())}"
