"""What a call to a gateway ends in, whatever the server at the other end does."""

import logging
import os
import socket
import time
import traceback
import warnings
from collections.abc import Iterator
from datetime import timedelta
from threading import Thread

import pytest

from saleor_cryptopay.core.errors import IndeterminateError, RetryableError
from saleor_cryptopay.gateways.client import Client

from .asking import KEY, LATER, SOON, ask, failure
from .loopback import (
    Loopback,
    Script,
    answer,
    drip,
    hang_up,
    head,
    reset,
    send,
    silence,
)

LONG = {"Content-Length": "1000"}


def test_the_key_query_and_body_are_sent() -> None:
    with Loopback(answer({})) as server:
        client = Client(server.url, headers={"X-Api-Key": KEY})
        client.request(
            "POST",
            "/things",
            params={"q": "a b"},
            json={"x": "é"},
            deadline=LATER,
            safe=False,
        )
    request = server.requests[0]
    assert request.startswith(b"POST /api/v1/things?q=a")
    assert f"x-api-key: {KEY}".encode() in request.replace(b"X-Api-Key", b"x-api-key")
    assert "é".encode() in request


def test_connections_are_kept_alive_across_clients() -> None:
    with Loopback(answer({})) as server:
        for _ in range(5):
            ask(server)
        assert server.connections == 1


def test_a_forked_process_opens_connections_of_its_own() -> None:
    with Loopback(answer({})) as server:
        ask(server)
        with warnings.catch_warnings():
            # Python 3.12 warns of threads; the child uses none of the server's.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            try:
                ask(server)
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        ask(server)
        assert server.connections == 2
        assert len(server.requests) == 3


def test_cookies_are_not_kept() -> None:
    cookie = answer({}, headers={"Set-Cookie": "account=1; Path=/"})
    with Loopback(cookie) as server:
        ask(server)
        ask(server)
    assert b"cookie" not in server.requests[1].lower()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "script",
    [
        silence,
        drip(b"", head() + b"x" * 1000, 0.05),
        drip(head(headers=LONG), b" " * 1000, 0.05),
        drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100, 0.02),
    ],
    ids=["silence", "headers dripping", "body dripping", "endless continue"],
)
def test_no_server_holds_us_beyond_the_deadline(script: Script, method: str) -> None:
    with Loopback(script) as server:
        start = time.monotonic()
        error = failure(server, method, SOON)
        assert time.monotonic() - start < 3
        kind = RetryableError if method == "GET" else IndeterminateError
        assert type(error) is kind
        assert error.code == "NO_ANSWER"


def test_an_address_that_never_connects_ends_at_the_deadline() -> None:
    # A full backlog: the kernel answers no further connection.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)  # noqa: FBT003 - the socket's own signature
            one.connect_ex(("127.0.0.1", port))
        client = Client(f"http://127.0.0.1:{port}", headers={"X-Api-Key": KEY})
        start = time.monotonic()
        with pytest.raises(RetryableError):
            client.request("POST", "/", deadline=SOON, safe=False)
        assert time.monotonic() - start < 3
        for one in waiting:
            one.close()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("host", ["127.0.0.1:{closed}", "no-such-host.invalid"])
def test_what_never_left_is_retryable(host: str, method: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    client = Client(f"http://{host.format(closed=closed)}", headers={"X-Api-Key": KEY})
    with pytest.raises(RetryableError) as caught:
        client.request(method, "/", deadline=LATER, safe=method == "GET")
    assert caught.value.code == "UNREACHABLE"


def test_a_server_without_tls_is_never_given_the_request() -> None:
    with Loopback(answer({})) as server:
        client = Client(server.url.replace("http", "https"), headers={"X-Api-Key": KEY})
        with pytest.raises(RetryableError) as caught:
            client.request("POST", "/", deadline=SOON, safe=False)
        assert caught.value.code == "UNREACHABLE"
    assert not server.requests


@pytest.mark.parametrize(
    "script",
    [
        reset,
        hang_up(),
        hang_up(head(headers=LONG), b'{"id"'),
        send(b"SSH-2.0-x\r\n\r\n"),
    ],
    ids=["reset", "closed", "truncated", "not HTTP"],
)
def test_a_broken_connection_is_retryable_only_where_the_call_is(
    script: Script,
) -> None:
    with Loopback(script) as server:
        assert type(failure(server, "GET")) is RetryableError
    with Loopback(script) as server:
        assert type(failure(server, "POST")) is IndeterminateError
        assert len(server.requests) == 1


@pytest.fixture
def talkative_server() -> Iterator[Loopback]:
    error = {"error": {"code": "INVALID_API_KEY", "message": f"The key {KEY} is bad"}}
    with Loopback(answer(error, "401 Unauthorized")) as server:
        yield server


def test_the_key_is_in_no_error_repr_or_log(
    talkative_server: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error = failure(talkative_server, "GET")
    client = Client(talkative_server.url, headers={"X-Api-Key": KEY})
    assert KEY not in f"{error} {error!r} {client!r} {error.code}"
    assert KEY not in caplog.text


@pytest.mark.parametrize("script", [reset, silence, hang_up()])
def test_the_key_is_in_no_variable_of_a_traceback(script: Script) -> None:
    with Loopback(script) as server:
        error = failure(server, "POST", SOON)
    summary = traceback.TracebackException.from_exception(error, capture_locals=True)
    # This module's own frames know the key; those of the package must not show it.
    frames = [frame for frame in summary.stack if "/tests/" not in frame.filename]
    assert frames
    assert not [frame for frame in frames if KEY in str(frame.locals)]
    assert summary.__context__ is None


def test_threads_do_not_share_deadlines() -> None:
    slow = drip(head(headers={"Content-Length": "2"}), b"{}", 0.3)
    with Loopback(slow) as server:
        results: list[object] = []
        patient = Thread(target=lambda: results.append(ask(server)))
        patient.start()
        failure(server, "POST", deadline=timedelta(milliseconds=200))
        patient.join()
    assert results == [{}]
