"""Reading the fields of a JSON object or a query; what is wrong is refused."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .routing import invalid


class Fields:
    """The fields of one request.

    Every method returns None where the field is missing or null, and raises
    RefusalError where it holds something else than it should.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str) -> str | None:
        """Return a text."""
        value: str | None = self._typed(name, str, "a text")
        return value

    def required(self, name: str) -> str:
        """Return a text that must be there and not be empty."""
        if not (value := self.text(name)):
            raise invalid(f"Missing required field: {name}")
        return value

    def flag(self, name: str) -> bool | None:
        """Return true or false."""
        value: bool | None = self._typed(name, bool, "true or false")
        return value

    def is_flag(self, name: str) -> bool:
        """Whether the field holds true or false."""
        return isinstance(self._values.get(name), bool)

    def whole(self, name: str, *, least: int = 0) -> int | None:
        """Return a whole number; in a query it is a text of digits."""
        value = self._values.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise invalid(f"{name} has to be a whole number, {least} or more")
        return value

    def seconds(self, name: str) -> float | None:
        """Return a span of time or a factor: a number that is not negative."""
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise invalid(f"{name} has to be a number, 0 or more")
        return float(value)

    def mapping(self, name: str) -> dict[str, Any] | None:
        """Return an object."""
        value: dict[str, Any] | None = self._typed(name, dict, "an object")
        return value

    def texts(self, name: str) -> list[str] | None:
        """Return a list of texts."""
        values: list[Any] | None = self._typed(name, list, "a list")
        if values is not None and not all(isinstance(value, str) for value in values):
            raise invalid(f"{name} has to be a list of texts")
        return values

    def time(self, name: str) -> datetime | None:
        """Return an ISO 8601 time; without an offset it is UTC."""
        if (value := self.text(name)) is None:
            return None
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise invalid(f"{name} has to be a time in ISO 8601") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def _typed(self, name: str, kind: type, words: str) -> Any:
        value = self._values.get(name)
        if value is not None and not isinstance(value, kind):
            raise invalid(f"{name} has to be {words}")
        return value
