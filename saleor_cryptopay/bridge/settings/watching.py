"""The settings about how long polling keeps an eye on what seems to be over."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from saleor_cryptopay.core.errors import SettingError

from .messages import read_audit_days

MOST_DAYS: Final = 365
MOST_HOURS: Final = 30 * 24


def read_days(field: str, text: str) -> timedelta:
    """Read a whole number of days, from 1 to 365."""
    return timedelta(days=_whole(field, text, MOST_DAYS))


def read_hours(field: str, text: str) -> timedelta:
    """Read a whole number of hours, from 1 to 30 days."""
    return timedelta(hours=_whole(field, text, MOST_HOURS))


# Setting → the attribute of `operations.runtime.Watch`, and how it is read.
WATCH_FIELDS: Final[dict[str, tuple[str, Callable[[str, Any], Any]]]] = {
    "watch_days": ("addresses", read_days),
    "recheck_hours": ("finals", read_hours),
    "audit_days": ("audit", read_audit_days),
}


def _whole(field: str, text: str, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text, re.ASCII) or not 1 <= int(text) <= most:
        raise SettingError(field, f"“{text}” is not a whole number from 1 to {most}.")
    return int(text)
