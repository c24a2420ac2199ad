"""Each reply has its outcome: a value, or one of the three errors."""

import socket
from decimal import Decimal

import pytest

from saleor_cryptopay.core.errors import (
    GatewayError,
    IndeterminateError,
    RetryableError,
    TerminalError,
)
from saleor_cryptopay.gateways.outcomes import LARGEST_REPLY

from .asking import ask, failure
from .loopback import Loopback, answer, head, send

HTML = b"<!doctype html><title>Welcome</title>"


def test_a_bare_object_is_returned_as_it_is() -> None:
    with Loopback(answer({"id": "a", "list": [1, None, True]})) as server:
        assert ask(server) == {"id": "a", "list": [1, None, True]}


def test_a_wrapped_object_is_unwrapped() -> None:
    with Loopback(answer({"success": True, "data": {"id": "a"}})) as server:
        assert ask(server) == {"id": "a"}


def test_numbers_never_become_floats() -> None:
    with Loopback(answer(b'{"n": 0.1, "m": 1e2, "k": 7}')) as server:
        value = ask(server)
    assert value == {"n": Decimal("0.1"), "m": Decimal(100), "k": 7}
    assert isinstance(value, dict)
    assert not any(isinstance(number, float) for number in value.values())


def test_no_content_is_none() -> None:
    with Loopback(send(head("204 No Content"))) as server:
        assert ask(server, "DELETE", safe=True) is None


NONSENSE = {
    "html": answer(HTML, headers={"Content-Type": "text/html"}),
    "a key twice": answer(b'{"amount": "1", "amount": "2"}'),
    "NaN": answer(b'{"amount": NaN}'),
    "Infinity": answer(b'{"amount": -Infinity}'),
    "too deep": answer(b"[" * 5000 + b"]" * 5000),
    "not UTF-8": answer(b'\xff\xfe"'),
    "beyond measure": answer(b'{"n": 1e99999999999999999999}'),
    "huge": answer(b'"' + b"x" * LARGEST_REPLY + b'"'),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_terminal_or_indeterminate(name: str) -> None:
    with Loopback(NONSENSE[name]) as server:
        assert type(failure(server, "GET")) is TerminalError
    with Loopback(NONSENSE[name]) as server:
        assert type(failure(server, "POST")) is IndeterminateError


@pytest.mark.parametrize("body", [b'{"id": "a', b"[1, 2", b""])
def test_json_that_stops_in_the_middle_is_asked_for_again(body: bytes) -> None:
    with Loopback(answer(body), answer({"id": "a"})) as server:
        assert ask(server) == {"id": "a"}
    with Loopback(answer(body)) as server:
        assert type(failure(server, "POST")) is IndeterminateError


def test_an_endless_body_is_cut_off() -> None:
    def endless(connection: socket.socket, _closing: object) -> None:
        connection.sendall(head(headers={"Transfer-Encoding": "chunked"}))
        while True:
            connection.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")

    with Loopback(endless) as server:
        assert type(failure(server, "GET")) is TerminalError


@pytest.mark.parametrize(
    ("status", "get", "post"),
    [
        ("301 Moved Permanently", TerminalError, TerminalError),
        ("400 Bad Request", TerminalError, TerminalError),
        ("401 Unauthorized", TerminalError, TerminalError),
        ("403 Forbidden", TerminalError, TerminalError),
        ("404 Not Found", TerminalError, TerminalError),
        ("409 Conflict", TerminalError, TerminalError),
        ("422 Unprocessable Entity", TerminalError, TerminalError),
        ("408 Request Timeout", RetryableError, IndeterminateError),
        ("425 Too Early", RetryableError, RetryableError),
        ("429 Too Many Requests", RetryableError, RetryableError),
        ("500 Internal Server Error", RetryableError, IndeterminateError),
        ("502 Bad Gateway", RetryableError, IndeterminateError),
        ("503 Service Unavailable", RetryableError, IndeterminateError),
        ("504 Gateway Timeout", RetryableError, IndeterminateError),
    ],
)
def test_each_status_has_its_outcome(
    status: str, get: type[GatewayError], post: type[GatewayError]
) -> None:
    with Loopback(answer(HTML, status)) as server:
        assert type(failure(server, "GET")) is get
    with Loopback(answer(HTML, status)) as server:
        assert type(failure(server, "POST")) is post
        assert len(server.requests) == 1


def test_redirects_are_not_followed() -> None:
    moved = answer({}, "302 Found", {"Location": "/api/v1/elsewhere"})
    with Loopback(moved) as server:
        assert "api_url" in str(failure(server, "GET"))
        assert len(server.requests) == 1


def test_a_documented_error_keeps_its_code_message_and_request_id() -> None:
    error = {
        "code": "INVALID_NETWORK",
        "message": "The specified network is not supported",
        "details": "Supported networks: bitcoin",
        "request_id": "req_1",
    }
    with Loopback(answer({"error": error}, "400 Bad Request")) as server:
        caught = failure(server, "POST")
    assert (caught.code, caught.request_id) == ("INVALID_NETWORK", "req_1")
    assert "not supported" in str(caught)
    assert "Supported networks: bitcoin" in str(caught)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("INVALID_API_KEY", "api_key"),
        ("EXPIRED_API_KEY", "expired"),
        ("INSUFFICIENT_PERMISSIONS", "permission"),
        ("IP_NOT_WHITELISTED", "IP address"),
    ],
)
def test_a_refused_key_is_told_in_words_for_the_merchant(code: str, words: str) -> None:
    body = {"error": {"code": code, "message": "m", "details": {"a": 1}}}
    with Loopback(answer(body, "403 Forbidden")) as server:
        assert words in str(failure(server, "GET"))


def test_an_error_with_status_200_is_an_error() -> None:
    refusal = {"success": False, "error": {"code": "INVALID_REQUEST", "message": "m"}}
    with Loopback(answer(refusal)) as server:
        assert type(failure(server, "GET")) is TerminalError
        assert type(failure(server, "POST")) is TerminalError


def test_an_unknown_error_with_status_200_proves_nothing_about_a_post() -> None:
    with Loopback(answer({"error": {"code": "OOPS"}})) as server:
        assert type(failure(server, "POST")) is IndeterminateError
        assert type(failure(server, "GET")) is TerminalError
