"""Secrets that stand in the environment and not in Saleor's database.

Saleor stores settings in clear text. `env:NAME` in place of a secret names the
variable that holds it, in the server's environment and in the worker's.
"""

import os
from typing import Final

from saleor_cryptopay.core.errors import SettingError

PREFIX: Final = "env:"


def resolve(field: str, text: str) -> str:
    """Return a setting with each line `env:NAME` replaced by the variable's value.

    Raises:
        SettingError: there is no such variable, or it is empty; names it.
    """
    return "\n".join(_resolve_line(field, line.strip()) for line in text.splitlines())


def _resolve_line(field: str, line: str) -> str:
    if not line.startswith(PREFIX):
        return line
    name = line.removeprefix(PREFIX).strip()
    value = os.environ.get(name, "").strip()
    if not value:
        raise SettingError(
            field,
            f"The environment of this process has no variable “{name}”:"
            " server, worker and beat need it.",
        )
    return value
