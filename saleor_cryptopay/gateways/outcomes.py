"""What a reply means: a value, or exactly one of the three errors.

Law of this file: only a reply that says so proves that nothing happened. What a call
that must not be repeated (`safe=False`) gets and cannot be understood is
indeterminate; the same answer to a call that may be repeated is an error to retry
where time may heal it, and terminal where it will not:

    reply                                  safe call    other call
    2xx with a JSON document               value        value
    2xx that stops in the middle           retryable    indeterminate
    2xx that is no JSON, hostile, too big  terminal     indeterminate
    an error that the gateway documents    terminal     terminal
    3xx, other 4xx                         terminal     terminal
    425, 429                               retryable    retryable
    408, 5xx                               retryable    indeterminate
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, NoReturn

from saleor_cryptopay.core.errors import (
    GatewayError,
    IndeterminateError,
    MalformedError,
    RetryableError,
    TerminalError,
)

from .documents import UnreadableError, read_document
from .peers import GATEWAY, Peer

LARGEST_REPLY: Final = 2**20
"""Bytes."""

_LONGEST_REST: Final = 24 * 60 * 60
# Said before a request is looked at.
_NOT_NOW: Final = frozenset({425, 429})
# Said by proxies also of a request that they have passed on: no proof of anything.
_AWAY: Final = frozenset({408, 503})
_RATE_LIMIT: Final = "RATE_LIMIT_EXCEEDED"

# What the gateway documents as refusals: they say that nothing was done.
_REFUSALS: Final = frozenset(
    {
        "INVALID_REQUEST",
        "INVALID_API_KEY",
        "EXPIRED_API_KEY",
        "INSUFFICIENT_PERMISSIONS",
        "IP_NOT_WHITELISTED",
        "INVALID_NETWORK",
        "INVALID_ADDRESS",
        "RESOURCE_NOT_FOUND",
        "INSUFFICIENT_BALANCE",
        "DAILY_LIMIT_EXCEEDED",
    }
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as received.

    Attributes:
        status: HTTP status.
        headers: names in lower case.
        body: at most LARGEST_REPLY bytes of it.
        is_cut: whether the body went on beyond that.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class _Complaint:
    code: str = ""
    message: str = ""
    request_id: str = ""


def read_reply(reply: Reply, peer: Peer = GATEWAY, *, safe: bool) -> object:
    """Return the value of a reply, taken out of its `{"success", "data"}` wrapping.

    Args:
        reply: what came.
        peer: from whom.
        safe: whether the call may be repeated.

    Raises:
        TerminalError, RetryableError, IndeterminateError: see the head of this file.
    """
    if not 200 <= reply.status < 300:  # noqa: PLR2004 - the limits of HTTP's successes
        complaint = _complaint(_document_or_none(reply))
        raise _refusal(reply, complaint, peer, safe=safe)
    if reply.status == 204:  # noqa: PLR2004 - No Content
        return None
    document = _document(reply, peer, safe=safe)
    if isinstance(document, dict):
        if document.get("error") or document.get("success") is False:
            raise _refusal(reply, _complaint(document), peer, safe=safe)
        if document.get("success") is True and "data" in document:
            return document["data"]
    return document


def seconds_to_rest(reply: Reply) -> int | None:
    """Return for how long the gateway wants to be left alone, or None.

    `Retry-After` where it is given, else the end of a rate-limit window of which
    nothing is left, measured by the gateway's own clock where it tells the time.
    """
    now = _http_date(reply.headers.get("date", "")) or datetime.now(UTC)
    wait = _retry_after(reply.headers.get("retry-after", "").strip(), now)
    is_used_up = reply.headers.get("x-ratelimit-remaining", "").strip() == "0"
    if wait is None and (is_used_up or reply.status == 429):  # noqa: PLR2004 - Too Many
        reset = reply.headers.get("x-ratelimit-reset", "").strip()
        if _is_count(reset):
            wait = int(reset) - int(now.timestamp())
    return min(wait, _LONGEST_REST) if wait is not None and wait > 0 else None


def _retry_after(text: str, now: datetime) -> int | None:
    if _is_count(text):
        return int(text)
    at = _http_date(text)
    return None if at is None else int((at - now).total_seconds()) + 1


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 12  # noqa: PLR2004 - epoch


def _http_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _document(reply: Reply, peer: Peer, *, safe: bool) -> object:
    if reply.is_cut:
        _refuse_nonsense(f"more than {LARGEST_REPLY} bytes", peer, safe=safe)
    try:
        return read_document(reply.body, LARGEST_REPLY)
    except UnreadableError:
        if safe and reply.body.lstrip()[:1] in (b"{", b"[", b""):
            raise RetryableError(
                f"{peer.at_first}'s answer stops in the middle.", code="CUT_SHORT"
            ) from None
        _refuse_nonsense("something that is not JSON", peer, safe=safe)
    except MalformedError as error:
        _refuse_nonsense(f"what cannot be trusted. {error}", peer, safe=safe)


def _refuse_nonsense(what: str, peer: Peer, *, safe: bool) -> NoReturn:
    if safe:
        raise TerminalError(peer.nonsense(what), code="NONSENSE") from None
    raise IndeterminateError(
        f"{peer.at_first} answered with {what}.", code="NONSENSE"
    ) from None


def _document_or_none(reply: Reply) -> object:
    try:
        return read_document(reply.body, LARGEST_REPLY)
    except MalformedError:
        return None


def _complaint(document: object) -> _Complaint:
    error = document.get("error") if isinstance(document, dict) else None
    if isinstance(error, str):
        return _Complaint(message=_clean(error))
    if not isinstance(error, dict):
        return _Complaint()
    parts = (_clean(error.get("message")), _clean(error.get("details")))
    return _Complaint(
        code=_clean(error.get("code")),
        message=": ".join(part for part in parts if part),
        request_id=_clean(error.get("request_id")),
    )


def _clean(value: object) -> str:
    """Return a stranger's text as something that fits in a log line, or ""."""
    text = value if isinstance(value, str) else ""
    return "".join(char if char.isprintable() else " " for char in text[:200]).strip()


def _refusal(
    reply: Reply, complaint: _Complaint, peer: Peer, *, safe: bool
) -> GatewayError:
    status, code = reply.status, complaint.code or f"HTTP_{reply.status}"
    told = f" It says: {complaint.message}" if complaint.message else ""
    request_id = complaint.request_id
    is_late = safe and status in _AWAY
    if status in _NOT_NOW or code == _RATE_LIMIT or is_late:
        return RetryableError(
            f"{peer.at_first} cannot take the request now ({code}).{told}",
            code=code,
            request_id=request_id,
            retry_after=seconds_to_rest(reply),
        )
    words = f"{peer.at_first} failed ({code}).{told}"
    if status >= 500 or status in _AWAY:  # noqa: PLR2004 - HTTP's server errors
        kind = RetryableError if safe else IndeterminateError
        return kind(words, code=code, request_id=request_id)
    if status < 300 and not safe and code not in _REFUSALS:  # noqa: PLR2004 - successes
        return IndeterminateError(words, code=code, request_id=request_id)
    return TerminalError(
        peer.refusal(status, code) + told, code=code, request_id=request_id
    )
