"""Requests, answers and the table between them; nothing here knows what it is for."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class Flaw(StrEnum):
    """What goes wrong with an answer on its way."""

    HANG_UP = "hang_up"  # the connection closes with nothing said
    TRUNCATED = "truncated"  # it closes in the middle of the body
    DRIP = "drip"  # the body comes a byte a second


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    flaw: Flaw | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler found.

    Attributes:
        data: a JSON value.
        status: HTTP status.
        page: figures of the page, where `data` is one page of a list.
    """

    data: Any
    status: int = 200
    page: Mapping[str, int] | None = None


class RefusalError(Exception):
    """A request is turned down, in the gateway's own form of error."""

    def __init__(
        self, status: int, code: str, message: str, details: object = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details


def invalid(details: str) -> RefusalError:
    """Return the refusal of a request that is not well formed."""
    return RefusalError(400, "INVALID_REQUEST", "The request is invalid", details)


def not_found(details: str) -> RefusalError:
    """Return the refusal of a request for something that is not there."""
    message = "The requested resource was not found"
    return RefusalError(404, "RESOURCE_NOT_FOUND", message, details)


@dataclass(frozen=True, slots=True)
class Request:
    """What came in over HTTP; names of headers are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    params: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """Return the body's object; an empty body is an empty object.

        Raises:
            RefusalError: not a JSON object.
        """
        try:
            data = json.loads(self.body or b"{}")
        except ValueError:
            raise invalid("The body is not JSON") from None
        if not isinstance(data, dict):
            raise invalid("The body is not a JSON object")
        return data


Handler = Callable[[Request], Reply]


class Routes:
    """A table of methods, paths and handlers."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._table: list[tuple[str, re.Pattern[str], Handler]] = []

    def add(self, method: str, path: str, handler: Handler) -> None:
        """Add a row; `{name}` in the path stands for one segment."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self._prefix + path)
        self._table.append((method, re.compile(pattern), handler))

    def answer(self, request: Request) -> Reply:
        """Hand the request to its handler.

        Raises:
            RefusalError: no row fits, or the handler refuses.
        """
        path = request.path.rstrip("/") or "/"
        for method, pattern, handler in self._table:
            found = pattern.fullmatch(path) if method == request.method else None
            if found:
                return handler(replace(request, params=found.groupdict()))
        raise not_found(f"No {request.method} {request.path}")


def written(data: object) -> bytes:
    """Write a JSON value as it goes over the wire."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
