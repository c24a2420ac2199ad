"""Connections that end in time, for `client` alone.

Ordinary timeouts bound the wait for the next byte, so a server that sends one byte a
second is waited for without end. Here every wait (name lookup, connecting, TLS,
writing, headers, body) is bounded by what is left of one deadline, and every failure
is told apart by the only question that matters: had the request left us?
"""

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any, Final, Self

import httpcore
import httpx

# Node's servers drop idle connections after five seconds: let go of ours before, so
# that no request is sent into a connection that is just being closed.
_IDLE_SECONDS: Final = 4
_MOST_CONNECTIONS: Final = 50


class UnsentError(Exception):
    """The request never left us."""


class LostError(Exception):
    """The request may have left us, and no whole reply came."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point in time (of the monotonic clock) at which all waiting ends."""

    at: float

    @classmethod
    def after(cls, duration: timedelta) -> Self:
        """Return the deadline that is `duration` from now."""
        return cls(monotonic() + duration.total_seconds())

    @property
    def seconds_left(self) -> float:
        """What is left; zero or less when it has passed."""
        return self.at - monotonic()


_deadline: ContextVar[Deadline] = ContextVar("deadline")


@contextmanager
def bounded_by(deadline: Deadline) -> Iterator[None]:
    """Bound whatever this thread does on the network within the block."""
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)


def _seconds_left(too_late: type[httpcore.TimeoutException]) -> float:
    left = _deadline.get().seconds_left
    if left <= 0:
        raise too_late("time is up")
    return left


class _BoundedStream(httpcore.NetworkStream):
    """A connection on which no wait outlives the deadline of the call it serves."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout  # the deadline stands in its place, here and below
        return self._stream.read(max_bytes, _seconds_left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout
        self._stream.write(buffer, _seconds_left(httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: Any,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        del timeout
        try:
            left = _seconds_left(httpcore.ConnectTimeout)
        except httpcore.ConnectTimeout:
            self.close()  # as the plain stream does where its own attempt fails
            raise
        return _BoundedStream(
            self._stream.start_tls(ssl_context, server_hostname, left)
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _BoundedBackend(httpcore.NetworkBackend):
    """Opens connections within the deadline, the name lookup included."""

    def __init__(self) -> None:
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        del timeout
        addresses = _resolve(host, port)
        failure: Exception = httpcore.ConnectError("the name has no address")
        for tried, address in enumerate(addresses):
            # A share for each, so that a dead first address leaves time for the next.
            left = _seconds_left(httpcore.ConnectTimeout) / (len(addresses) - tried)
            try:
                stream = self._plain.connect_tcp(
                    address, port, left, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _BoundedStream(stream)
        raise failure


def _resolve(host: str, port: int) -> list[str]:
    """Look a name up, in a thread: the system's lookup knows no timeout."""
    answers: SimpleQueue[list[str] | str] = SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            answers.put(f"the name “{host}” is not found ({error})")
        else:
            answers.put(list(dict.fromkeys(str(row[4][0]) for row in found)))

    Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=_seconds_left(httpcore.ConnectTimeout))
    except Empty:
        raise httpcore.ConnectTimeout("the name server does not answer") from None
    if isinstance(answer, str):
        raise httpcore.ConnectError(answer)
    return answer


@contextmanager
def _told_apart() -> Iterator[None]:
    try:
        yield
    except (
        httpcore.ConnectError,
        httpcore.ConnectTimeout,
        httpcore.PoolTimeout,
        httpcore.LocalProtocolError,
    ) as error:
        raise UnsentError(_words(error)) from None
    except (
        httpcore.NetworkError,
        httpcore.TimeoutException,
        httpcore.ProtocolError,
    ) as error:
        raise LostError(_words(error)) from None


def _words(error: Exception) -> str:
    # A local protocol error quotes the header it dislikes, and headers hold the key.
    if isinstance(error, httpcore.LocalProtocolError):
        return "the request is not valid HTTP"
    return str(error)[:200] or type(error).__name__


class _ReplyStream(httpx.SyncByteStream):
    def __init__(self, reply: httpcore.Response) -> None:
        self._reply = reply

    def __iter__(self) -> Iterator[bytes]:
        with _told_apart():
            yield from self._reply.iter_stream()

    def close(self) -> None:
        self._reply.close()


class BoundedTransport(httpx.BaseTransport):
    """Keep-alive connections under the deadline of `bounded_by`.

    Raises UnsentError or LostError, and no other error of the network.
    """

    def __init__(self) -> None:
        """Make an empty pool; certificates are checked against the usual roots."""
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=_MOST_CONNECTIONS,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=_BoundedBackend(),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its reply, the body still unread."""
        with _told_apart():
            timeouts = {"pool": _seconds_left(httpcore.PoolTimeout)}
            reply = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=str(request.url),
                    headers=request.headers.raw,
                    content=request.read(),
                    extensions={"timeout": timeouts},
                )
            )
        return httpx.Response(
            reply.status, headers=reply.headers, stream=_ReplyStream(reply)
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()
