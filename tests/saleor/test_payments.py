"""Paying in a real Saleor: server, worker, beat and gateway as separate processes."""

from decimal import Decimal

import httpx
import pytest

from demo.services.graphql import GraphQLError
from demo.services.staff import PLUGIN_ID

from .shell import Shell
from .shopping import SOON, Shopper, wait_until

USDT = {"asset": "usdt@ethereum"}
BTC = {"asset": "btc@bitcoin"}


def camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def test_a_checkout_paid_in_usdt_becomes_a_paid_order_without_a_browser(
    shopper: Shopper,
) -> None:
    session = shopper.initialize(shopper.checkout(), USDT)
    assert session.event["type"] == "CHARGE_ACTION_REQUIRED"
    assert session.payment["amount"] == "50.1"
    shopper.send(session)
    shopper.sandbox.mine()
    order = shopper.wait_for_order(session, SOON)
    assert order["paymentStatus"] == "FULLY_CHARGED"
    assert Decimal(order["totalBalance"]["amount"]) == 0
    (credit,) = shopper.events(session, "CHARGE_SUCCESS")
    assert Decimal(credit["amount"]["amount"]) == Decimal("50.10")
    assert "50.1 USDT on Ethereum" in credit["message"]
    assert credit["externalUrl"].startswith("https://etherscan.io/tx/0x")


def test_an_unpaid_order_is_paid_in_bitcoin(shopper: Shopper) -> None:
    session = shopper.initialize(shopper.unpaid_order(), BTC)
    assert session.payment["payment_uri"].startswith("bitcoin:")
    shopper.send(session)
    shopper.sandbox.mine()
    order = shopper.wait_for_order(session, SOON)
    kinds = [event["type"] for event in order["events"]]
    assert kinds.count("ORDER_FULLY_PAID") == 1


def test_a_payment_in_two_parts_adds_up(shopper: Shopper) -> None:
    session = shopper.initialize(shopper.checkout(), USDT)
    shopper.send(session, "20")
    shopper.send(session, "30.1")
    shopper.sandbox.mine()
    shopper.wait_for_order(session, SOON)
    rows = shopper.events(session, "CHARGE_SUCCESS")
    assert sum(Decimal(row["amount"]["amount"]) for row in rows) == Decimal("50.10")
    assert len({row["pspReference"] for row in rows}) == 2


def test_too_little_waits_for_the_rest(shopper: Shopper) -> None:
    session = shopper.initialize(shopper.checkout(), USDT)
    shopper.send(session, "50")
    shopper.sandbox.mine()
    shopper.wait_for_status(session, "payment_insufficient", SOON)
    status = shopper.status(session)
    assert (status["received"], status["remaining"]) == ("50", "0.1")
    assert shopper.transaction(session)["order"] is None
    shopper.send(session, "0.1")
    shopper.sandbox.mine()
    shopper.wait_for_order(session, SOON)


def test_coins_that_are_only_seen_make_no_order(shopper: Shopper) -> None:
    session = shopper.initialize(shopper.checkout(), USDT)
    shopper.send(session)
    shopper.wait_for_status(session, "payment_detected", SOON)
    found = shopper.transaction(session)
    assert found["order"] is None
    assert Decimal(found["chargePendingAmount"]["amount"]) == 0
    wait_until(lambda: bool(shopper.events(session, "INFO")), SOON, "a note for staff")


def test_with_every_webhook_thrice_at_once_the_credit_is_one(shopper: Shopper) -> None:
    shopper.sandbox.control("deliveries", repeat=3)
    session = shopper.initialize(shopper.checkout(), USDT)
    shopper.send(session)
    shopper.sandbox.mine()
    order = shopper.wait_for_order(session, SOON)
    assert len(shopper.events(session, "CHARGE_SUCCESS")) == 1
    assert Decimal(order["totalBalance"]["amount"]) == 0


def test_a_payment_that_nobody_pays_expires_and_frees_its_order(
    shopper: Shopper, shell: Shell
) -> None:
    session = shopper.initialize(shopper.unpaid_order(), USDT)
    shell.expire(session.payment["token"])
    assert shopper.status(session)["status"] == "expired"
    wait_until(
        lambda: shopper.transaction(session)["order"]["status"] == "CANCELED",
        SOON,
        "a canceled order",
    )
    assert len(shopper.events(session, "CHARGE_FAILURE")) == 1
    process = shopper.process(session)
    assert process["transactionEvent"]["type"] == "CHARGE_FAILURE"


def test_the_same_key_gets_the_same_address(shopper: Shopper) -> None:
    checkout = shopper.checkout()
    first = shopper.initialize(checkout, USDT, key="the-key")
    second = shopper.initialize(checkout, USDT, key="the-key")
    assert first.transaction == second.transaction
    assert first.payment["address"] == second.payment["address"]


def test_processing_tells_how_far_it_is(shopper: Shopper) -> None:
    session = shopper.initialize(shopper.checkout(), USDT)
    reply = shopper.process(session)
    assert reply["transactionEvent"]["type"] == "CHARGE_ACTION_REQUIRED"
    assert reply["data"]["payment"]["address"] == session.payment["address"]


def test_a_wish_that_cannot_be_granted_does_not_end_the_payment(
    shopper: Shopper,
) -> None:
    session = shopper.initialize(shopper.checkout(), USDT)
    reply = shopper.process(session, {"asset": "doge@moon"})
    assert reply["transactionEvent"]["type"] == "CHARGE_ACTION_REQUIRED"
    assert "not offered" in reply["data"]["error"]["message"]
    assert reply["data"]["payment"]["address"] == session.payment["address"]
    shopper.send(session)
    shopper.sandbox.mine()
    shopper.wait_for_order(session, SOON)


def test_without_an_asset_the_page_lets_the_customer_choose(shopper: Shopper) -> None:
    session = shopper.initialize(shopper.checkout())
    assert session.payment["asset"] is None
    page = httpx.get(session.payment["page_url"], timeout=30)
    assert "usdt@tron" in page.text
    httpx.post(session.payment["page_url"], data={"asset": "usdt@tron"}, timeout=30)
    assert shopper.status(session)["asset"] == "usdt@tron"


def test_the_page_shows_the_address_and_says_so_to_nobody_else(
    shopper: Shopper,
) -> None:
    session = shopper.initialize(shopper.checkout(), USDT)
    page = httpx.get(session.payment["page_url"], timeout=30)
    assert page.headers["cache-control"] == "no-store"
    assert session.payment["address"] in page.text
    assert "Shirt" in page.text


def test_the_storefront_is_told_what_is_on_offer(shopper: Shopper) -> None:
    config = shopper.offer(shopper.checkout())
    assert config["id"] == PLUGIN_ID
    assert config["errors"] in (None, [])
    rows = {row["asset"]: row for row in config["data"]["assets"]}
    assert rows["usdt@ethereum"]["amount"] == "50.1"
    assert "btc@bitcoin" in rows


def test_an_asset_that_is_not_offered_is_refused_in_words(shopper: Shopper) -> None:
    session = shopper.initialize(shopper.checkout(), {"asset": "doge@moon"})
    assert session.event["type"] == "CHARGE_FAILURE"
    assert "not offered" in session.data["error"]["message"]


@pytest.mark.parametrize("fault", ["down", "html", "slow", "refuse_key"])
def test_a_gateway_in_trouble_gives_a_clear_error_in_time(
    shopper: Shopper, fault: str
) -> None:
    checkout = shopper.checkout()
    shopper.sandbox.control("faults", kind=fault)
    session = shopper.initialize(checkout, USDT, key=fault)
    assert session.event["type"] == "CHARGE_FAILURE"
    assert "not available" in session.data["error"]["message"]
    shopper.sandbox.control("faults", kind="none")
    again = shopper.initialize(checkout, USDT)
    assert again.event["type"] == "CHARGE_ACTION_REQUIRED"
    shopper.send(again)
    shopper.sandbox.mine()
    shopper.wait_for_order(again, SOON)


def test_a_staff_refund_is_answered_once_and_truthfully(shopper: Shopper) -> None:
    session = shopper.initialize(shopper.unpaid_order(), USDT)
    shopper.send(session)
    shopper.sandbox.mine()
    shopper.wait_for_order(session, SOON)
    token = shopper.saleor.staff_token()
    shopper.saleor.api.mutate(
        """mutation($id: ID!) {
             transactionRequestAction(id: $id, actionType: REFUND, amount: 5) {
               errors { field message code } } }""",
        {"id": session.transaction},
        token,
    )
    (failure,) = shopper.events(session, "REFUND_FAILURE")
    assert "switched off" in failure["message"]
    assert Decimal(shopper.transaction(session)["chargedAmount"]["amount"]) == 12


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"assets": "usdt@mars"}, "assets", "no asset this plugin knows"),
        ({"assets": "ltc@litecoin"}, "rates", "without a rate"),
        ({"webhook_secrets": "short"}, "webhook_secrets", "shorter than 24"),
        ({"channels": "[default-channel"}, "channels", "not TOML"),
        ({"api_key": "sk_live_real"}, "api_url", "https only"),
        ({"late_payments": "perhaps"}, "late_payments", "review"),
        ({"api_key": "sk_test_wrong"}, "api_key", "gateway says"),
    ],
)
def test_bad_settings_are_refused_with_the_field_and_the_reason(
    shopper: Shopper, changes: dict[str, str], field: str, reason: str
) -> None:
    with pytest.raises(GraphQLError) as refusal:
        shopper.configure(**changes)
    (error,) = refusal.value.errors
    # Saleor writes the names of fields as GraphQL does.
    assert error["field"] == camel_case(field)
    assert reason in error["message"]
