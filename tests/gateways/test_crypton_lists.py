"""Lists of the gateway: every row that can be read, and no end that is none."""

import logging
from datetime import UTC, datetime, timedelta, timezone

import pytest

from saleor_cryptopay.core.errors import TerminalError

from .crypton_answers import over, row
from .loopback import Loopback, answer


@pytest.mark.parametrize("name", ["transactions", "data", "items"])
def test_a_list_may_be_a_member_of_the_answer(name: str) -> None:
    with Loopback(answer({name: [row(1)], "page": 1})) as server:
        found = list(over(server).transactions_since(None))
    assert [transfer.transaction_id for transfer in found] == ["tx_1"]
    assert found[0].hash == "0x" + f"{1:064x}"


def test_what_is_asked_for_is_in_the_query() -> None:
    since = datetime(2025, 1, 1, 14, 0, 0, 999, timezone(timedelta(hours=2)))
    with Loopback(answer([])) as server:
        list(over(server).transactions_since(since, address_id="addr_1"))
    line = server.requests[0].split(b"\r\n")[0].decode()
    for part in ("type=incoming", "limit=100", "page=1", "address_id=addr_1"):
        assert part in line
    assert "from_date=2025-01-01T12%3A00%3A00Z" in line


def test_outgoing_rows_are_skipped_and_broken_ones_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rows = [
        row(1),
        row(2, type="outgoing"),
        row(3, type="internal"),
        row(4, amount=1.5),
        row(5, status="frozen"),
        row(6, network="dogecoin"),
        "nonsense",
        row(7, type=None),
    ]
    with Loopback(answer(rows)) as server:
        found = list(over(server).transactions_since(None))
    assert [transfer.transaction_id for transfer in found] == ["tx_1", "tx_7"]
    warnings = [one for one in caplog.records if one.levelno == logging.WARNING]
    assert len(warnings) == 4


def test_pages_are_read_up_to_the_first_short_one() -> None:
    full = [row(number) for number in range(100)]
    with Loopback(answer(full), answer([row(100)]), answer([])) as server:
        assert len(list(over(server).transactions_since(None))) == 101
        assert len(server.requests) == 2
        assert b"page=2" in server.requests[1]


def test_a_list_without_end_is_an_error_and_not_an_end() -> None:
    with Loopback(answer([row(number) for number in range(100)])) as server:
        transfers = over(server).transactions_since(None)
        assert len([next(transfers) for _ in range(100)]) == 100
        with pytest.raises(TerminalError):
            next(transfers)
        assert len(server.requests) == 2


@pytest.mark.parametrize("reply", ["text", 5, {"rows": 5}, {"data": "x"}])
def test_an_answer_without_a_list_is_terminal(reply: object) -> None:
    with Loopback(answer(reply)) as server, pytest.raises(TerminalError):
        list(over(server).transactions_since(None))


@pytest.mark.parametrize("kind", ["outgoing", "internal"])
def test_only_incoming_transactions_can_be_fetched(kind: str) -> None:
    with Loopback(answer(row(1, type=kind))) as server, pytest.raises(TerminalError):
        over(server).fetch_transaction("tx_1")


def test_an_identifier_is_one_segment_of_the_path() -> None:
    with Loopback(answer(row(1))) as server:
        over(server).fetch_transaction("../a?b=1#c")
    assert server.requests[0].startswith(
        b"GET /api/v1/transactions/..%2Fa%3Fb%3D1%23c HTTP"
    )


def test_coins_are_read_as_their_page_writes_them() -> None:
    coin = {
        "coin": "btc",
        "decimals": 8,
        "contractAddress": None,
        "status": "INACTIVE",
        "settings": {"minDepositAmount": 0.0001},
        "network": {"network": "bitcoin"},
    }
    with Loopback(answer([coin, {"coin": "x", "network": "bitcoin"}])) as server:
        (offer,) = over(server).coins()
    assert (offer.coin, offer.network, offer.minimum) == ("btc", "bitcoin", "0.0001")
    assert not offer.is_active


def test_since_is_optional() -> None:
    with Loopback(answer([])) as server:
        assert not list(over(server).transactions_since(datetime.now(UTC)))
        assert not list(over(server).transactions_since(None))
    assert b"from_date" in server.requests[0]
    assert b"from_date" not in server.requests[1]
