"""Days on the command line."""

from argparse import ArgumentTypeError
from datetime import UTC, datetime


def day(text: str) -> datetime:
    """Read `YYYY-MM-DD` as that day's beginning in UTC.

    Raises:
        ArgumentTypeError: it is no such day.
    """
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is no day of the form 2026-01-31") from None
