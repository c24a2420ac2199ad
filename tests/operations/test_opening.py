"""Opening: one payment for a transaction, one address for an asset, never a guess."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from saleor_cryptopay.core.errors import (
    AssetError,
    GatewayError,
    QuoteError,
    TerminalError,
)
from saleor_cryptopay.models import Address, Payment
from saleor_cryptopay.operations import expiry, outbox
from saleor_cryptopay.operations.opening import (
    choose_asset,
    open_payment,
    store_refused,
)
from tests.stand_ins import ScriptedGateway

from .conftest import Scene


def test_a_payment_has_a_quote_and_an_address_of_the_network(scene: Scene) -> None:
    payment = scene.open("usdt@ethereum", "50.10")
    address = payment.address
    assert address is not None
    assert address.units == 50_100_000
    assert address.minimum_units == 50_100_000
    assert (address.rate, address.rate_source) == (Decimal(1), "peg")
    assert address.quote_expires_at is None
    assert address.address.startswith("0x")
    assert address.gateway_id.startswith("addr_")
    assert payment.state == "awaiting_payment"


def test_a_floating_quote_asks_for_no_less_than_the_total(scene: Scene) -> None:
    payment = scene.open("btc@bitcoin", "50.10")
    address = payment.address
    assert address is not None
    assert Decimal(address.units) * 64000 / 10**8 >= Decimal("50.10")
    assert Decimal(address.units - 1) * 64000 / 10**8 < Decimal("50.10")
    assert address.quote_expires_at is not None


def test_the_same_transaction_gets_the_same_payment(scene: Scene) -> None:
    first = open_payment(scene.opening(reference="one"), scene.runtime)
    second = open_payment(scene.opening(reference="one"), scene.runtime)
    assert first.pk == second.pk
    assert first.address_id == second.address_id
    assert len(scene.sandbox.state()["addresses"]) == 1


def test_without_a_rate_nothing_is_stored(scene: Scene) -> None:
    scene.with_policy(rates={})
    with pytest.raises(QuoteError, match="rates"):
        scene.open("btc@bitcoin")
    assert not Payment.objects.exists()


def test_an_asset_that_is_not_offered_is_refused(scene: Scene) -> None:
    with pytest.raises(AssetError, match="not offered"):
        scene.open("dai@bsc")
    assert not Payment.objects.exists()


def test_what_was_refused_frees_at_its_deadline_what_waits_for_it(
    scene: Scene,
) -> None:
    opening = scene.opening("eth@ethereum")
    store_refused(opening, "There is no price.", scene.runtime)
    payment = Payment.objects.get(reference=opening.reference)
    assert (payment.state, payment.address) == ("failed", None)
    assert payment.entries.get().note == "There is no price."
    scene.clock.shift += timedelta(hours=25)
    expiry.expire_due(scene.runtime)
    outbox.deliver_effects(scene.runtime)
    payment.refresh_from_db()
    assert payment.state == "expired"
    assert scene.told(payment) == ["end", "cancel_order"]


def test_what_has_an_address_is_not_refused_any_more(scene: Scene) -> None:
    opening = scene.opening()
    payment = open_payment(opening, scene.runtime)
    store_refused(opening, "too late", scene.runtime)
    payment.refresh_from_db()
    assert payment.state == "awaiting_payment"


def test_without_an_asset_the_customer_chooses_later(scene: Scene) -> None:
    payment = scene.open("")
    assert payment.address is None
    payment = choose_asset(payment.id, "usdt@tron", scene.runtime)
    assert payment.address is not None
    assert payment.address.asset_key == "usdt@tron"


def test_a_single_offered_asset_needs_no_choice(scene: Scene) -> None:
    policy = scene.runtime.policies("")
    scene.with_policy(assets=policy.assets[:1])
    payment = scene.open("")
    assert payment.address is not None


def test_another_coin_can_be_chosen_until_coins_are_seen(scene: Scene) -> None:
    payment = scene.open("usdt@ethereum")
    first = payment.address
    payment = choose_asset(payment.id, "btc@bitcoin", scene.runtime)
    assert payment.address is not None
    assert payment.address.asset_key == "btc@bitcoin"
    assert payment.addresses.count() == 2
    scene.pay(payment, "0.0001")
    scene.poll()
    with pytest.raises(AssetError, match="seen already"):
        choose_asset(payment.id, "usdt@ethereum", scene.runtime)
    assert first is not None


@pytest.mark.parametrize("fault", ["down", "html", "truncated", "error_200"])
def test_a_gateway_in_trouble_leaves_a_payment_that_can_be_tried_again(
    scene: Scene, fault: str
) -> None:
    opening = scene.opening(reference="again")
    scene.sandbox.control("faults", kind=fault)
    with pytest.raises(GatewayError):
        open_payment(opening, scene.runtime)
    assert Address.objects.get().address == ""
    scene.sandbox.control("faults", kind="none")
    payment = open_payment(opening, scene.runtime)
    assert payment.address is not None
    assert payment.state == "awaiting_payment"


@pytest.mark.parametrize("fault", ["foreign_address", "bad_checksum"])
def test_an_address_that_is_not_what_was_asked_is_never_shown(
    scene: Scene, fault: str
) -> None:
    scene.sandbox.control("faults", kind=fault)
    opening = scene.opening(reference="wrong")
    with pytest.raises(TerminalError):
        open_payment(opening, scene.runtime)
    payment = Payment.objects.get()
    assert payment.address is None
    assert payment.state == "failed"
    scene.sandbox.control("faults", kind="none")
    payment = open_payment(opening, scene.runtime)
    assert payment.state == "awaiting_payment"
    assert [entry.event for entry in payment.entries.order_by("number")] == [
        "gateway_refused",
        "opened_again",
    ]


def test_an_address_that_was_given_before_is_refused(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    first = scene.open().address
    assert first is not None
    repeating = ScriptedGateway()
    repeating.addresses = [first.address]
    opening = scene.opening(reference="second")
    with pytest.raises(TerminalError, match="given before"):
        open_payment(opening, replace(scene.runtime, gateway=repeating))
    payment = Payment.objects.get(reference="second")
    assert (payment.address, payment.state) == (None, "failed")
    assert "cryptopay.E113" in caplog.text
    payment = open_payment(opening, scene.runtime)
    assert payment.address is not None
    assert payment.address.address != first.address


def test_nothing_personal_leaves_the_shop(scene: Scene) -> None:
    payment = scene.open()
    (address,) = scene.sandbox.state()["addresses"]
    assert address["metadata"] == {"payment": str(payment.id)}
    assert address["label"] == str(payment.id)


def test_the_rules_of_the_channel_decide(scene: Scene) -> None:
    shop_wide = scene.runtime.policies("")
    of_channel = replace(shop_wide, tolerance_percent=Decimal(2))
    scene.runtime = replace(
        scene.runtime,
        policies=lambda slug: of_channel if slug == "default-channel" else shop_wide,
    )
    payment = scene.open(total="100.00")
    assert payment.address is not None
    assert payment.address.minimum_units == 98_000_000
