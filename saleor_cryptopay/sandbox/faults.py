"""Ways in which the API can misbehave when it is told to."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from .routing import Answer, Flaw, RefusalError, written


class FaultKind(StrEnum):
    """What goes wrong."""

    NONE = "none"
    DOWN = "down"  # hangs up without having done anything
    LOST_REPLY = "lost_reply"  # does what was asked, then hangs up
    SLOW = "slow"  # waits, then answers
    DRIP = "drip"  # answers a byte a second
    UNAVAILABLE = "unavailable"  # 503
    BROKEN = "broken"  # 500
    HTML = "html"  # somebody else's page, with status 200
    TRUNCATED = "truncated"  # half of the body
    HUGE = "huge"  # a body of 32 MiB
    WRONG_TYPES = "wrong_types"  # texts where numbers should be, and the reverse
    ERROR_200 = "error_200"  # an error with status 200
    REFUSE_KEY = "refuse_key"  # 401
    EXPIRED_KEY = "expired_key"  # 401
    NO_PERMISSION = "no_permission"  # 403
    IP_REFUSED = "ip_refused"  # 403
    RATE_LIMITED = "rate_limited"  # 429
    FOREIGN_ADDRESS = "foreign_address"  # of another network than asked for
    BAD_CHECKSUM = "bad_checksum"  # an address with a mistyped character
    WRONG_ENVIRONMENT = "wrong_environment"  # calls a test key live, a live key test


ON_ADDRESSES: Final = (FaultKind.FOREIGN_ADDRESS, FaultKind.BAD_CHECKSUM)
ON_AUTH: Final = (FaultKind.WRONG_ENVIRONMENT,)
ON_THE_DOOR: Final = tuple(
    kind for kind in FaultKind if kind not in (FaultKind.NONE, *ON_ADDRESSES, *ON_AUTH)
)

REFUSALS: Final[Mapping[FaultKind, tuple[int, str, str]]] = {
    FaultKind.UNAVAILABLE: (503, "SERVICE_UNAVAILABLE", "Try again later"),
    FaultKind.BROKEN: (500, "INTERNAL_ERROR", "Something went wrong"),
    FaultKind.ERROR_200: (200, "INVALID_REQUEST", "The request is invalid"),
    FaultKind.REFUSE_KEY: (401, "INVALID_API_KEY", "The provided API key is invalid"),
    FaultKind.EXPIRED_KEY: (401, "EXPIRED_API_KEY", "The API key has expired"),
    FaultKind.NO_PERMISSION: (
        403,
        "INSUFFICIENT_PERMISSIONS",
        "API key lacks required permissions",
    ),
    FaultKind.IP_REFUSED: (403, "IP_NOT_WHITELISTED", "Request IP is not whitelisted"),
    FaultKind.RATE_LIMITED: (429, "RATE_LIMIT_EXCEEDED", "Rate limit exceeded"),
}

_HUGE_BYTES: Final = 32 * 1024 * 1024
_PAGE: Final = Answer(
    200, b"<!doctype html><title>Welcome</title><h1>It works!</h1>", "text/html"
)


@dataclass(slots=True)
class Faults:
    """The fault that is in force.

    Attributes:
        kind: what goes wrong.
        left: with how many more requests; None is until further notice.
        seconds: how long `slow` waits.
        method: of which requests: `POST`; "" is all of them.
    """

    kind: FaultKind = FaultKind.NONE
    left: int | None = None
    seconds: float = 60.0
    method: str = ""

    def take(self, kinds: tuple[FaultKind, ...], method: str) -> FaultKind:
        """Return the fault for this request if it is one of these kinds; count it."""
        is_meant = self.kind in kinds and self.method in ("", method)
        if not is_meant or self.left == 0:
            return FaultKind.NONE
        if self.left is not None:
            self.left -= 1
        return self.kind


def instead(kind: FaultKind) -> Answer | None:
    """Return the answer that stands in for the true one, if the fault has one.

    Raises:
        RefusalError: the fault is a refusal.
    """
    if kind in REFUSALS:
        raise RefusalError(*REFUSALS[kind])
    if kind is FaultKind.DOWN:
        return Answer(200, b"", flaw=Flaw.HANG_UP)
    return _PAGE if kind is FaultKind.HTML else None


def spoilt(kind: FaultKind, answer: Answer, data: object) -> Answer:
    """Return the true answer as the fault leaves it.

    Args:
        kind: the fault.
        answer: what would have been sent.
        data: the JSON value of its body.
    """
    body, flaw = answer.body, None
    match kind:
        case FaultKind.LOST_REPLY:
            flaw = Flaw.HANG_UP
        case FaultKind.TRUNCATED:
            flaw = Flaw.TRUNCATED
        case FaultKind.DRIP:
            flaw = Flaw.DRIP
        case FaultKind.HUGE:
            body += b" " * _HUGE_BYTES
        case FaultKind.WRONG_TYPES:
            body = written(_mistyped(data))
    return Answer(answer.status, body, headers=answer.headers, flaw=flaw)


def _mistyped(value: Any) -> Any:
    match value:
        case dict():
            return {name: _mistyped(inner) for name, inner in value.items()}
        case list():
            return [_mistyped(inner) for inner in value]
        case bool():
            return str(value)
        case str():
            return len(value)
        case int() | float():
            return str(value)
    return {}
