"""Addresses bear a seal; without it nothing is shown and nothing credited."""

from decimal import Decimal

import pytest
from pytest_django import Settings

from saleor_cryptopay.models import Address, Payment, Transfer
from saleor_cryptopay.operations import integrity, outbox
from saleor_cryptopay.operations.opening import choose_asset
from saleor_cryptopay.web.status import payment_data

from .conftest import Scene
from .tampering import tamper

CHANGES = [
    {"address": "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359"},
    {"units": 1},
    {"minimum_units": 1},
    {"network": "bsc"},
    {"asset_key": "dai@ethereum"},
    {"gateway_id": "another"},
    {"rate": Decimal(2)},
    {"mac": ""},
]


def issued(payment: Payment) -> Address:
    assert payment.address is not None
    return payment.address


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_a_changed_record_is_not_shown(
    scene: Scene, change: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    payment = scene.open()
    tamper(issued(payment), **change)
    data = payment_data(Payment.objects.get(), scene.runtime)
    assert data["status"] == "needs_review"
    assert all(data[name] is None for name in ("address", "payment_uri", "qr_svg"))
    assert Payment.objects.get().state == "needs_review"
    assert "cryptopay.E101" in caplog.text
    outbox.deliver_effects(scene.runtime)
    assert any(integrity.CHANGED in note for note in scene.notices(payment))


@pytest.mark.parametrize("change", [{"minimum_units": 1}, {"units": 1}])
def test_coins_are_not_credited_by_a_changed_record(
    scene: Scene, change: dict[str, object]
) -> None:
    payment = scene.open()
    tamper(issued(payment), **change)
    scene.pay(payment, "0.01")
    scene.sandbox.mine()
    scene.poll()
    assert Payment.objects.get().state == "needs_review"
    assert scene.credits(payment) == []
    assert Transfer.objects.get().is_final


def test_the_address_of_another_payment_is_changed_too(scene: Scene) -> None:
    mine, other = scene.open(), scene.open()
    Payment.objects.filter(pk=mine.pk).update(address=other.address)
    data = payment_data(Payment.objects.get(pk=mine.pk), scene.runtime)
    assert data["address"] is None


def test_a_confirmed_payment_stays_confirmed_and_shows_no_address(
    scene: Scene,
) -> None:
    payment = scene.open()
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    tamper(issued(payment), rate=Decimal(2))
    data = payment_data(Payment.objects.get(), scene.runtime)
    assert data["address"] is None
    assert Payment.objects.get().state == "confirmed"


def test_choosing_the_coin_again_does_not_heal_a_changed_record(scene: Scene) -> None:
    payment = scene.open()
    tamper(issued(payment), units=1)
    again = choose_asset(payment.pk, "usdt@ethereum", scene.runtime)
    assert payment_data(again, scene.runtime)["address"] is None


def test_a_new_secret_key_leaves_old_seals_good_as_a_fallback(
    scene: Scene, settings: Settings
) -> None:
    payment = scene.open()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert payment_data(payment, scene.runtime)["address"]
    assert integrity.reseal(Address.objects.all()) == (1, 0)
    settings.SECRET_KEY_FALLBACKS = []
    assert payment_data(Payment.objects.get(), scene.runtime)["address"]


def test_sealing_anew_does_not_whitewash_a_changed_record(scene: Scene) -> None:
    payment = scene.open()
    tamper(issued(payment), units=1)
    assert integrity.reseal(Address.objects.all()) == (0, 1)
    assert not integrity.is_intact(payment, Address.objects.get())


def test_without_the_key_no_seal_can_be_made(scene: Scene, settings: Settings) -> None:
    address = issued(scene.open())
    ours = address.mac
    settings.SECRET_KEY = "a guess"
    integrity.seal(address)
    assert address.mac != ours
