"""The adapter against scripted answers: what it sends, accepts and refuses."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from saleor_cryptopay.core.errors import IndeterminateError, SettingError, TerminalError
from saleor_cryptopay.gateways.crypton import CryptonPayouts
from saleor_cryptopay.gateways.crypton.webhooks import EVENTS
from saleor_cryptopay.gateways.documents import LONGEST_TEXT

from .crypton_answers import (
    ADDRESS,
    BTC,
    HOOK,
    ISSUED,
    USDT,
    over,
    payouts_over,
    sent_json,
)
from .loopback import Loopback, answer

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"coin": "usdt_erc20"},
        {"coin": "USDT", "network": "Ethereum"},
        {"address": ADDRESS.lower()},
        {"coin": None, "mode": "common"},
        {"coin": None, "mode": "cross"},
        {"coin": None, "mode": None, "balances": [], "affectedNetworks": ["bsc"]},
    ],
)
def test_every_documented_form_of_an_address_is_accepted(
    changes: Mapping[str, object],
) -> None:
    with Loopback(answer(ISSUED | dict(changes), "201 Created")) as server:
        issued = over(server).create_address(USDT, label="o", metadata={})
    assert (issued.id, issued.address) == ("addr_1", ADDRESS)
    assert (issued.network, issued.coin) == ("ethereum", "usdt")


def test_the_older_address_without_an_id_is_accepted() -> None:
    older = {"address": ADDRESS, "network": "ethereum", "balances": []}
    with Loopback(answer(older)) as server:
        assert over(server).create_address(USDT, label="", metadata={}).id == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"network": "bsc"},
        {"network": None},
        {"coin": "usdc"},
        {"coin": "usdt_trc20"},
        {"coin": None},
        {"address": None},
        {"address": ADDRESS.replace("742d", "742D")},
        {"address": "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"},
        {"address": 5},
        {"id": 5},
    ],
)
def test_an_address_other_than_asked_for_is_refused(
    changes: Mapping[str, object],
) -> None:
    with Loopback(answer(ISSUED | dict(changes))) as server:
        with pytest.raises(TerminalError):
            over(server).create_address(USDT, label="o", metadata={})
        assert len(server.requests) == 1


def test_a_test_key_may_get_addresses_of_the_test_network() -> None:
    test_address = "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"
    reply = ISSUED | {"address": test_address, "network": "bitcoin", "coin": "btc"}
    with Loopback(answer(reply)) as server:
        issued = over(server).create_address(BTC, label="", metadata={})
        assert issued.address == test_address
        with pytest.raises(TerminalError):
            over(server, "sk_live_1").create_address(BTC, label="", metadata={})


def test_only_what_is_passed_leaves_the_shop() -> None:
    with Loopback(answer(ISSUED)) as server:
        over(server).create_address(USDT, label="order", metadata={"payment": "p1"})
    assert sent_json(server) == {
        "network": "ethereum",
        "coin": "usdt",
        "type": "user",
        "label": "order",
        "metadata": {"payment": "p1"},
    }


@pytest.mark.parametrize(
    ("word", "is_accepted"),
    [
        ("test", True),
        ("sandbox", True),
        ("", True),
        ("live", False),
        ("PRODUCTION", False),
    ],
)
def test_the_gateways_environment_has_to_agree(word: str, *, is_accepted: bool) -> None:
    reply = {"authenticated": True, "key_id": "k", "environment": word}
    with Loopback(answer(reply)) as server:
        if is_accepted:
            over(server).test_connection()
        else:
            with pytest.raises(TerminalError):
                over(server).test_connection()


@pytest.mark.parametrize(
    "reply", [{}, {"authenticated": False}, {"authenticated": "y"}]
)
def test_a_key_that_is_not_said_to_be_accepted_is_refused(reply: object) -> None:
    with Loopback(answer(reply)) as server, pytest.raises(TerminalError):
        over(server).test_connection()


@pytest.mark.parametrize(
    "changes", [{"active": False}, {"events": ["transaction.confirmed"]}]
)
def test_an_incomplete_registration_is_brought_up_to_date(
    changes: Mapping[str, object],
) -> None:
    old = {"id": "wh/1", "url": HOOK, "events": list(EVENTS), "active": True}
    other = old | {"id": "wh_2", "url": "https://other.example/"}
    with Loopback(answer([other, old | dict(changes)]), answer({})) as server:
        webhook = over(server).register_webhook(HOOK)
    assert (webhook.id, webhook.is_active) == ("wh/1", True)
    assert webhook.events == set(EVENTS)
    assert server.requests[1].startswith(b"PUT /api/v1/webhooks/wh%2F1 ")
    assert sent_json(server, 1)["active"] is True


def test_a_withdrawal_is_sent_as_documented() -> None:
    reply = {"id": "w1", "status": "pending", "fee": "0.002", "amount": "1.5"}
    with Loopback(answer(reply, "201 Created")) as server:
        sent = payouts_over(server).send(USDT, 1_500_000, ADDRESS, metadata={"r": "1"})
    assert (sent.id, sent.status, sent.fee, sent.hash) == ("w1", "pending", "0.002", "")
    assert sent_json(server) == {
        "network": "ethereum",
        "coin": "usdt",
        "amount": "1.5",
        "to_address": ADDRESS,
        "metadata": {"r": "1"},
    }


@pytest.mark.parametrize("reply", [{}, [], {"id": 5}, {"id": "w", "amount": 1.5}])
def test_a_withdrawal_that_nobody_can_name_is_indeterminate(reply: object) -> None:
    with Loopback(answer(reply)) as server:
        with pytest.raises(IndeterminateError):
            payouts_over(server).send(USDT, 1, ADDRESS, metadata={})
        assert len(server.requests) == 1


@pytest.mark.parametrize("units", [0, -1])
def test_nothing_cannot_be_withdrawn(units: int) -> None:
    with Loopback(answer({})) as server:
        with pytest.raises(TerminalError):
            payouts_over(server).send(USDT, units, ADDRESS, metadata={})
        assert not server.requests


ORDER = {
    "id": "w1",
    "status": "pending",
    "network": "ethereum",
    "coin": "usdt_erc20",
    "amount": "1.5",
    "to_address": ADDRESS,
    "metadata": {"refund": "r1"},
    "created_at": "2026-03-01T12:00:00Z",
}


def test_an_order_is_read_in_every_documented_form() -> None:
    other = {"id": "w2", "status": "completed", "address": ADDRESS, "createdAt": None}
    with Loopback(answer([ORDER, other]), answer([])) as server:
        first, second = payouts_over(server).recent(LONG_AGO, USDT)
    assert (first.coin, first.to_address) == ("usdt", ADDRESS)
    assert first.metadata == {"refund": "r1"}
    assert (second.status, second.to_address) == ("confirmed", ADDRESS)
    assert b"from_date=2026-01-01T00%3A00%3A00Z" in server.requests[0]


def test_orders_are_read_to_their_end_however_few_a_page_holds() -> None:
    """A gateway may cap a page lower than it was asked to: no order is hidden by it."""
    pages = [[ORDER | {"id": f"w{page}{row}"} for row in range(20)] for page in "12"]
    with Loopback(*map(answer, pages), answer([ORDER]), answer([])) as server:
        found = list(payouts_over(server).recent(LONG_AGO, USDT))
    assert [order.id for order in found][-2:] == ["w219", "w1"]
    assert len(found) == 41
    assert b"page=4" in server.requests[-1]


def test_orders_that_have_no_end_are_no_finding() -> None:
    with Loopback(answer([ORDER])) as server:
        with pytest.raises(TerminalError, match="no end"):
            list(payouts_over(server).recent(LONG_AGO, USDT))
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    "changes", [{"status": "resting"}, {"id": None}, {"amount": 1.5}]
)
def test_an_order_that_cannot_be_read_is_not_passed_over(
    changes: Mapping[str, object],
) -> None:
    with (
        Loopback(answer([ORDER | dict(changes), ORDER])) as server,
        pytest.raises(TerminalError, match="no documented form"),
    ):
        list(payouts_over(server).recent(LONG_AGO, USDT))


@pytest.mark.parametrize(
    ("fee", "kept"),
    [
        ("0." + "3" * 58, "0." + "3" * 58),
        ("0." + "3" * 59, ""),
        ("0." + "3" * 200, ""),
        (10**59, "1" + "0" * 59),
        (10**60, ""),
    ],
)
def test_a_fee_that_is_too_long_to_keep_hides_no_order(fee: object, kept: str) -> None:
    with Loopback(answer(ORDER | {"fee": fee})) as server:
        assert payouts_over(server).fetch("w1").fee == kept


@pytest.mark.parametrize("member", ["id", "transaction_hash", "status"])
def test_an_order_with_a_name_that_is_too_long_is_indeterminate(member: str) -> None:
    reply = ORDER | {member: "a" * (LONGEST_TEXT + 1)}
    with Loopback(answer(reply, "201 Created")) as server:
        with pytest.raises(IndeterminateError):
            payouts_over(server).send(USDT, 1, ADDRESS, metadata={})
        with pytest.raises(TerminalError, match="no documented form"):
            payouts_over(server).fetch("w1")


def test_a_key_that_sends_is_refused_under_its_own_name() -> None:
    with pytest.raises(SettingError) as caught:
        CryptonPayouts("https://gateway.example/api/v1", "canary")
    assert caught.value.field == "refund_api_key"
    assert "canary" not in str(caught.value)
