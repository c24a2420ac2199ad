"""Counts on the command line."""

from argparse import ArgumentTypeError
from typing import Final

_MOST: Final = 1_000_000


def count(text: str) -> int:
    """Read a whole number from one to a million.

    Raises:
        ArgumentTypeError: it is no such number.
    """
    is_whole = text.isascii() and text.isdigit() and len(text) <= len(str(_MOST))
    number = int(text) if is_whole else 0
    if not 1 <= number <= _MOST:
        raise ArgumentTypeError(f"“{text[:40]}” is no whole number from 1 to {_MOST}")
    return number
