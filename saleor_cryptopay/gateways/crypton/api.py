"""How the gateway's API is asked: single objects, forms, lists and their pages.

What comes back in no documented form is a TerminalError here: asking again would
bring the same.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final, TypeVar
from urllib.parse import quote

from saleor_cryptopay.core.errors import MalformedError, TerminalError
from saleor_cryptopay.gateways.client import Client

from .replies import read_rows

logger = logging.getLogger(__name__)

ROWS_A_PAGE: Final = 100
_MOST_PAGES: Final = 1000

# A customer waits for the first, a worker for the second.
_PROMPT: Final = timedelta(seconds=8)
_PATIENT: Final = timedelta(seconds=20)

_T = TypeVar("_T")


class Api:
    """The gateway's API, spoken through a client."""

    def __init__(self, client: Client) -> None:
        """Speak through `client`."""
        self._client = client

    def get(self, path: str, read: Callable[[object], _T]) -> _T:
        """Return one object, as `read` understands it."""
        value = self._client.request("GET", path, deadline=_PROMPT, safe=True)
        return understand(value, read)

    def post(self, path: str, form: Mapping[str, object]) -> object:
        """Have something done, at most once, and return the answer's value."""
        return self._client.request(
            "POST", path, json=dict(form), deadline=_PROMPT, safe=False
        )

    def put(self, path: str, form: Mapping[str, object]) -> object:
        """Set something to what may be set twice; return the answer's value."""
        return self._client.request(
            "PUT", path, json=dict(form), deadline=_PROMPT, safe=True
        )

    def rows(self, path: str, name: str, read: Callable[[object], _T]) -> Sequence[_T]:
        """Return a list that has no pages; rows that `read` refuses are left out."""
        value = self._client.request("GET", path, deadline=_PATIENT, safe=True)
        return tuple(understood(_rows(value, name), read))

    def pages(
        self,
        path: str,
        name: str,
        query: Mapping[str, str],
        *,
        until_empty: bool = False,
    ) -> Iterator[Sequence[object]]:
        """Yield the pages of a list up to the first that is not full.

        How a list says that it goes on is not documented.

        Args:
            path: as `get`.
            name: of the rows, as a member of the answer.
            query: besides page and limit.
            until_empty: read on after a page that is not full, for one more request:
                the gateway may give fewer rows than it is asked for.

        Raises:
            TerminalError: the list has no end. Ending in silence would tell the
                caller that everything was read.
        """
        previous: Sequence[object] = ()
        for page in range(1, _MOST_PAGES + 1):
            params = {**query, "page": str(page), "limit": str(ROWS_A_PAGE)}
            value = self._client.request(
                "GET", path, params=params, deadline=_PATIENT, safe=True
            )
            rows = _rows(value, name)
            if rows and rows == previous:
                break
            yield rows
            if not rows or (len(rows) < ROWS_A_PAGE and not until_empty):
                return
            previous = rows
        raise TerminalError(f"The list of {name} has no end.", code="NONSENSE")


def segment(identifier: str) -> str:
    """Return an identifier as one segment of a path, whatever it holds.

    Raises:
        TerminalError: it is empty or means another folder.
    """
    if identifier in ("", ".", ".."):
        raise TerminalError(f"“{identifier}” is no identifier.", code="NO_IDENTIFIER")
    return quote(identifier, safe="")


def understand(value: object, read: Callable[[object], _T]) -> _T:
    """Read a value.

    Raises:
        TerminalError: it is in no form that `read` knows.
    """
    try:
        return read(value)
    except MalformedError as error:
        raise TerminalError(
            f"The gateway's answer is in no documented form. {error}", code="NONSENSE"
        ) from None


def understood(
    rows: Sequence[object], read: Callable[[object], _T | None]
) -> Iterator[_T]:
    """Yield what `read` makes of the rows, without those for which it returns None.

    A row in no documented form is logged and passed over: it must not hide the others.
    """
    for row in rows:
        try:
            value = read(row)
        except MalformedError as error:
            logger.warning("A row of the gateway's list is passed over. %s", error)
        else:
            if value is not None:
                yield value


def _rows(value: object, name: str) -> Sequence[object]:
    return understand(value, lambda found: read_rows(found, name))
