"""The one way out: every request to a gateway or a source of rates leaves through here.

One keep-alive pool of connections for each process, whomever it speaks to. A
call ends by its deadline, repeats only what may be repeated, follows no redirect, and
keeps the credentials out of everything that can be printed.
"""

import hashlib
import os
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from math import ceil
from typing import Final

import httpx

from saleor_cryptopay.core.errors import (
    GatewayError,
    IndeterminateError,
    RetryableError,
)
from saleor_cryptopay.core.telemetry import NO_TRACER, Tracer

from .outcomes import LARGEST_REPLY, Reply, read_reply, seconds_to_rest
from .peers import GATEWAY, Peer
from .transport import BoundedTransport, Deadline, LostError, UnsentError, bounded_by

_TRIES: Final = 3
_FIRST_PAUSE: Final = 0.2  # seconds; doubled each time
_LONGEST_PAUSE: Final = 60 * 60  # seconds

# account → until when (monotonic) the gateway wants to be left alone by it. Of this
# process: gateways are composed anew for each request, their limits go on.
_resting: dict[str, float] = {}


def forget_rests() -> None:
    """Forget how long any gateway wanted to be left alone: as in a new process."""
    _resting.clear()


@cache
def _connections(process_id: int) -> httpx.Client:
    """Return the process's own connections: a fork must not write into its parent's."""
    del process_id
    return httpx.Client(
        transport=BoundedTransport(),
        headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        follow_redirects=False,
        trust_env=False,
    )


class _Credentials(httpx.Auth):
    """Headers that are put on at the last moment, so that no frame holds them."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)

    def auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers.update(self._headers)
        yield request

    def fingerprint(self) -> str:
        """Return what tells accounts apart without telling their keys."""
        return hashlib.sha256(repr(sorted(self._headers.items())).encode()).hexdigest()

    def strike_out(self, body: bytes) -> bytes:
        """Return a reply's body without our credentials, should it repeat them."""
        for value in self._headers.values():
            body = body.replace(value.encode(), b"[removed]")
        return body


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    url: str
    params: Mapping[str, str] | None
    json: object
    is_safe: bool


class Client:
    """An HTTP API, spoken to with one account's credentials."""

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str],
        peer: Peer = GATEWAY,
        tracer: Tracer = NO_TRACER,
    ) -> None:
        """Prepare; nothing is opened.

        Args:
            base_url: what every path is appended to, such as `https://…/api/v1`.
            headers: the credentials; each value is a secret, and no empty text.
            peer: whose API it is, for messages.
            tracer: who is told how long requests take.
        """
        self._peer = peer
        self._tracer = tracer
        self._base_url = base_url.rstrip("/")
        self._credentials = _Credentials(headers)
        self._account = f"{self._base_url} {self._credentials.fingerprint()}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {httpx.URL(self._base_url).host}>"

    def request(  # noqa: PLR0913 - what an HTTP request has, and what it may cost
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: object = None,
        deadline: timedelta,
        safe: bool,
    ) -> object:
        """Ask, and return the value of the answer (see `outcomes.read_reply`).

        Args:
            method: HTTP method.
            path: below the base address, with its leading slash; already quoted.
            params: query.
            json: body, or None for none.
            deadline: how long all tries and the waits between them may take.
            safe: whether the request may be repeated without doing anything twice.

        Raises:
            TerminalError, RetryableError, IndeterminateError: see `outcomes`; only
                calls that are not safe end in IndeterminateError.
        """
        self._respect_rest()
        call = _Call(method, self._base_url + path, params, json, safe)
        with self._tracer.span("request", peer=self._peer.name, method=method):
            return self._repeat(call, Deadline.after(deadline))

    def _repeat(self, call: _Call, end: Deadline) -> object:
        tries = _TRIES if call.is_safe else 1
        for pause in (_FIRST_PAUSE * 2**tried for tried in range(tries - 1)):
            try:
                return self._try(call, end)
            except RetryableError as error:
                wait = max(pause, error.retry_after or 0)
                if wait >= end.seconds_left:
                    raise
            time.sleep(wait)
        return self._try(call, end)

    def _respect_rest(self) -> None:
        left = _resting.get(self._account, 0) - time.monotonic()
        if left > 0:
            raise RetryableError(
                f"{self._peer.at_first}'s rate limit is used up for {ceil(left)} more"
                " seconds.",
                code="RATE_LIMIT_EXCEEDED",
                retry_after=ceil(left),
            )

    def _try(self, call: _Call, end: Deadline) -> object:
        failure: GatewayError
        try:
            reply = self._exchange(call, end)
        except UnsentError as error:
            failure = RetryableError(
                f"{self._peer.at_first} cannot be reached: {error}.", code="UNREACHABLE"
            )
        except LostError as error:
            kind = RetryableError if call.is_safe else IndeterminateError
            failure = kind(
                f"{self._peer.at_first}'s answer did not come: {error}.",
                code="NO_ANSWER",
            )
        else:
            self._note_rest(reply)
            return read_reply(reply, self._peer, safe=call.is_safe)
        # Here, and not above: no error drags along the frames of the network code,
        # whose variables hold the credentials.
        raise failure

    def _exchange(self, call: _Call, end: Deadline) -> Reply:
        with (
            bounded_by(end),
            _connections(os.getpid()).stream(
                call.method,
                call.url,
                params=call.params,
                json=call.json,
                auth=self._credentials,
            ) as response,
        ):
            body, is_cut = _read_body(response)
        return Reply(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=self._credentials.strike_out(body),
            is_cut=is_cut,
        )

    def _note_rest(self, reply: Reply) -> None:
        is_limited = (
            reply.status == 429  # noqa: PLR2004 - Too Many Requests
            or reply.headers.get("x-ratelimit-remaining", "").strip() == "0"
        )
        if is_limited and (seconds := seconds_to_rest(reply)):
            until = time.monotonic() + min(seconds, _LONGEST_PAUSE)
            _resting[self._account] = until


def _read_body(response: httpx.Response) -> tuple[bytes, bool]:
    """Return the body up to the limit, and whether it went on."""
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > LARGEST_REPLY:
            return bytes(body[:LARGEST_REPLY]), True
    return bytes(body), False
