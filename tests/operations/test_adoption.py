"""Addresses whose reply was lost come home; nothing else does."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from saleor_cryptopay.core.errors import IndeterminateError
from saleor_cryptopay.models import Address, Delivery, Payment, Transfer
from saleor_cryptopay.operations import intake, integrity, registration
from saleor_cryptopay.operations.opening import choose_asset, open_payment
from tests.stand_ins import ScriptedGateway

from .conftest import Scene


def lose_the_reply(scene: Scene) -> Payment:
    """Open a payment whose address is made, and never told to us."""
    scene.sandbox.control("faults", kind="lost_reply", count=1)
    with pytest.raises(IndeterminateError):
        open_payment(scene.opening(), scene.runtime)
    scene.sandbox.control("faults", kind="none")
    return Payment.objects.get()


def orphan(scene: Scene) -> dict[str, Any]:
    """Return the latest address that the gateway made."""
    found: dict[str, Any] = scene.sandbox.state()["addresses"][0]
    return found


def tell(scene: Scene, **changes: object) -> Delivery:
    """Have the gateway's `address.created` delivered and applied."""
    row = orphan(scene)
    names = ("id", "address", "network", "coin", "metadata")
    data = {name: row[name] for name in names} | changes
    body = json.dumps({"event": "address.created", "data": data}).encode()
    intake.receive_delivery(body, scene.runtime)
    intake.apply_deliveries(scene.runtime)
    return Delivery.objects.latest("pk")


def test_an_address_whose_reply_was_lost_is_adopted(scene: Scene) -> None:
    payment = lose_the_reply(scene)
    delivery = tell(scene)
    payment.refresh_from_db()
    assert delivery.status == "applied"
    assert payment.address is not None
    assert payment.address.address == orphan(scene)["address"]
    assert integrity.is_intact(payment, payment.address)
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert Payment.objects.get().state == "confirmed"


def test_an_address_of_another_payment_is_not_adopted(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    payment = lose_the_reply(scene)
    repeating = ScriptedGateway()
    repeating.addresses = [orphan(scene)["address"]]
    open_payment(scene.opening(), replace(scene.runtime, gateway=repeating))
    assert tell(scene).status != "applied"
    payment.refresh_from_db()
    assert payment.address is None
    assert "cryptopay.E113" in caplog.text


def test_after_adoption_no_second_address_is_made(scene: Scene) -> None:
    payment = lose_the_reply(scene)
    tell(scene)
    choose_asset(payment.pk, "usdt@ethereum", scene.runtime)
    assert len(scene.sandbox.state()["addresses"]) == 1


def test_coins_to_an_orphan_bring_it_home(scene: Scene) -> None:
    lose_the_reply(scene)
    scene.sandbox.control("dialect", shape="example")
    scene.sandbox.pay(orphan(scene)["address"], "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert Payment.objects.get().state == "confirmed"
    assert Transfer.objects.get().address == Address.objects.get()


def test_an_address_that_has_its_owner_is_not_adopted(scene: Scene) -> None:
    payment = scene.open()
    before = Address.objects.get().address
    assert tell(scene).status == "kept"
    stranger = scene.runtime.gateway.create_address(
        scene.runtime.policies("").assets[0],
        label="",
        metadata={"payment": str(payment.pk)},
    )
    assert tell(scene).status == "kept"
    assert Address.objects.get().address == before != stranger.address


@pytest.mark.parametrize("payment", ["", "nobody", "../..", "0" * 32])
def test_metadata_that_names_no_payment_of_ours_adopts_nothing(
    scene: Scene, payment: str
) -> None:
    lose_the_reply(scene)
    assert tell(scene, metadata={"payment": payment}).status == "kept"
    assert Address.objects.get().address == ""


def test_a_reply_that_may_still_come_is_waited_for(scene: Scene) -> None:
    lose_the_reply(scene)
    Address.objects.update(asked_at=scene.clock())
    assert tell(scene).status == "stored"
    scene.clock.shift += timedelta(minutes=1)
    intake.apply_deliveries(scene.runtime)
    assert Delivery.objects.get().status == "applied"


def test_what_the_gateway_does_not_know_is_not_adopted(scene: Scene) -> None:
    lose_the_reply(scene)
    assert tell(scene, id="addr_invented").status == "stored"
    assert Address.objects.get().address == ""


def test_a_webhook_that_vanished_is_registered_again(scene: Scene) -> None:
    url = registration.webhook_url(scene.runtime)
    registration.keep_registered(scene.runtime)
    scene.sandbox.reset()
    assert scene.sandbox.state()["webhooks"] == []
    registration.keep_registered(scene.runtime)
    registration.keep_registered(scene.runtime)
    (hook,) = scene.sandbox.state()["webhooks"]
    assert (hook["url"], hook["active"]) == (url, True)
