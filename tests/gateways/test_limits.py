"""How often a gateway is asked: retries, and the rest that it wants."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from saleor_cryptopay.core.errors import RetryableError
from saleor_cryptopay.gateways.client import Client, forget_rests

from .asking import LATER, ask, failure
from .loopback import Loopback, answer


def test_safe_calls_are_tried_three_times_and_no_more() -> None:
    broken = answer({}, "500 Internal Server Error")
    with Loopback(broken, broken, answer({"id": "a"})) as server:
        assert ask(server) == {"id": "a"}
    with Loopback(broken) as server:
        failure(server, "GET")
        assert len(server.requests) == 3


def test_retry_after_is_waited_for_within_the_deadline() -> None:
    limited = answer({}, "429 Too Many Requests", {"Retry-After": "1"})
    with Loopback(limited, answer({"id": "a"})) as server:
        start = time.monotonic()
        assert ask(server) == {"id": "a"}
        assert time.monotonic() - start >= 1


def test_retry_after_beyond_the_deadline_is_handed_on() -> None:
    limited = answer({}, "503 Service Unavailable", {"Retry-After": "30"})
    with Loopback(limited) as server:
        error = failure(server, "GET")
        assert isinstance(error, RetryableError)
        assert error.retry_after == 30
        assert len(server.requests) == 1


def test_retry_after_may_be_a_date() -> None:
    now = datetime.now(UTC)
    headers = {
        "Retry-After": format_datetime(now + timedelta(seconds=90), usegmt=True),
        "Date": format_datetime(now, usegmt=True),
    }
    with Loopback(answer({}, "503 Service Unavailable", headers)) as server:
        error = failure(server, "GET")
    assert isinstance(error, RetryableError)
    assert error.retry_after is not None
    assert 90 <= error.retry_after <= 91


def window(seconds: int, *, skew: timedelta = timedelta()) -> dict[str, str]:
    now = datetime.now(UTC) + skew
    return {
        "Date": format_datetime(now, usegmt=True),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int(now.timestamp()) + seconds),
    }


def test_nothing_is_asked_of_a_used_up_window() -> None:
    with Loopback(answer({"id": "a"}, headers=window(50))) as server:
        assert ask(server) == {"id": "a"}
        error = failure(server, "GET")
        assert isinstance(error, RetryableError)
        assert error.code == "RATE_LIMIT_EXCEEDED"
        assert error.retry_after is not None
        assert 40 <= error.retry_after <= 50
        assert len(server.requests) == 1


def test_after_forgetting_a_gateway_is_asked_at_once() -> None:
    with Loopback(answer({"id": "a"}, headers=window(50))) as server:
        ask(server)
        forget_rests()
        assert ask(server) == {"id": "a"}


def test_another_account_is_not_kept_waiting() -> None:
    with Loopback(answer({"id": "a"}, headers=window(50))) as server:
        ask(server)
        other = Client(server.url, headers={"X-Api-Key": "sk_test_other"})
        assert other.request("GET", "/", deadline=LATER, safe=True) == {"id": "a"}


def test_a_window_is_measured_by_the_gateways_clock() -> None:
    skewed = window(3, skew=timedelta(hours=-5))
    with Loopback(answer({}, headers=skewed), answer({})) as server:
        ask(server)
        error = failure(server, "GET")
        assert isinstance(error, RetryableError)
        assert error.retry_after in (1, 2, 3)
        time.sleep(error.retry_after)
        ask(server)
