"""JSON from outside, read strictly: replies of gateways and bodies of webhooks.

What two readers could understand differently is refused rather than guessed at:
duplicate keys, NaN, anything but UTF-8, nesting without end. Numbers never become
floats, and texts hold nothing that a database would choke on.
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final, NoReturn

from saleor_cryptopay.core.errors import AmountError, MalformedError
from saleor_cryptopay.core.money import parse_decimal

MAX_DEPTH: Final = 20
LONGEST_TEXT: Final = 128
LARGEST_WHOLE: Final = 2**31 - 1

# Control characters (PostgreSQL takes no NUL) and halves of surrogate pairs, which
# cannot be written as UTF-8.
_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class UnreadableError(MalformedError):
    """The bytes are no JSON at all: cut short, or something else altogether."""


def read_document(body: bytes, limit: int) -> object:
    """Read a JSON document.

    Args:
        body: as received.
        limit: how many bytes it may have.

    Returns:
        dict, list, str, bool, None, int, or Decimal where the number is not whole.

    Raises:
        UnreadableError: not UTF-8, or not JSON.
        MalformedError: too large, too deep, a key twice, or a number that is none.
    """
    if len(body) > limit:
        raise MalformedError(f"The document is larger than {limit} bytes.")
    try:
        value: object = json.loads(
            body.decode(),
            parse_float=_decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_members,
        )
    except MalformedError:
        raise
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise UnreadableError(f"The document is not JSON: {error}.") from None
    _check_depth(value)
    return value


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise MalformedError("A number in the document is beyond measure.") from None


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedError(f"The document holds {name}, which is no number.")


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedError("An object in the document has a key twice.")
    return members


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [child for node in level for child in _children(node)]
        if not level:
            return
    raise _too_deep()


def _children(node: object) -> Iterable[object]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def _too_deep() -> MalformedError:
    return MalformedError(f"The document is nested deeper than {MAX_DEPTH} levels.")


class Fields:
    """The members of one JSON object, read by name and type.

    Each reader takes several names, since pages of one gateway name one thing in
    different ways; the first name that holds something counts. `null` and a missing
    member are the same: nothing. All of them raise MalformedError for a member of
    another type than they promise.
    """

    def __init__(self, value: object, what: str) -> None:
        """Hold an object.

        Args:
            value: as `read_document` gave it.
            what: what it should be (`a transaction`), for messages.

        Raises:
            MalformedError: it is not a JSON object.
        """
        if not isinstance(value, dict):
            raise MalformedError(f"The place of {what} is taken by something else.")
        self._members: dict[str, object] = value
        self._what = what

    def raw(self, *names: str) -> object:
        """Return the first member of these names that is not null, or None."""
        values = (self._members.get(name) for name in names)
        return next((value for value in values if value is not None), None)

    def optional_text(self, *names: str, longest: int = LONGEST_TEXT) -> str:
        """Return a text without surrounding space; "" where there is none."""
        value = self.raw(*names)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self._wrong(names, "text")
        if len(value) > longest or _UNPRINTABLE.search(value):
            raise self._wrong(names, f"text of at most {longest} printable characters")
        return value.strip()

    def text(self, *names: str, longest: int = LONGEST_TEXT) -> str:
        """Return a text that must be there."""
        return self.optional_text(*names, longest=longest) or self._miss(names)

    def optional_amount(self, *names: str) -> str | None:
        """Return a plain decimal number written as text; None where there is none.

        JSON numbers are refused: whoever writes amounts so has rounded them.
        """
        value = self.optional_text(*names)
        if not value:
            return None
        try:
            parse_decimal(value)
        except AmountError as error:
            raise MalformedError(f"{self._what}: {error}") from None
        return value

    def optional_figure(self, *names: str) -> str | None:
        """Return a decimal number, as text or as JSON number, as plain text.

        For figures that move no money (limits, minima).
        """
        value = self.raw(*names)
        if isinstance(value, str):
            return self.optional_amount(*names)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self._wrong(names, "number")
        figure = Decimal(value)
        if figure < 0 or abs(figure.adjusted()) > LONGEST_TEXT:
            raise self._wrong(names, "number of a sensible size")
        return f"{figure:f}"

    def optional_whole(self, *names: str) -> int | None:
        """Return a whole number from 0 to 2**31 - 1; None where there is none."""
        value = self.raw(*names)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong(names, "whole number")
        if not 0 <= value <= LARGEST_WHOLE:
            raise self._wrong(names, f"whole number from 0 to {LARGEST_WHOLE}")
        return value

    def optional_moment(self, *names: str) -> datetime | None:
        """Return an ISO 8601 time as aware UTC (UTC where it names no zone)."""
        value = self.optional_text(*names)
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value)
            return (
                moment.replace(tzinfo=UTC)
                if moment.tzinfo is None
                else moment.astimezone(UTC)
            )
        except (ValueError, OverflowError):
            raise self._wrong(names, "ISO 8601 time") from None

    def texts(self, *names: str) -> frozenset[str]:
        """Return the texts of a list; none where there is no list."""
        value = self.raw(*names)
        if value is None:
            return frozenset()
        if isinstance(value, list) and all(isinstance(row, str) for row in value):
            return frozenset(value)
        raise self._wrong(names, "list of texts")

    def labels(self, name: str) -> dict[str, str]:
        """Return the text members of an object; what is no clean text is left out."""
        value = self.raw(name)
        if not isinstance(value, dict):
            return {}
        return {
            key: label
            for key, label in value.items()
            if isinstance(label, str) and not _UNPRINTABLE.search(key + label)
        }

    def _wrong(self, names: Sequence[str], wanted: str) -> MalformedError:
        return MalformedError(f"{self._what}: “{' / '.join(names)}” is no {wanted}.")

    def _miss(self, names: Sequence[str]) -> NoReturn:
        raise MalformedError(f"{self._what}: “{' / '.join(names)}” is missing.")
