"""Addresses bear a seal; without it nothing is shown and nothing credited."""

from datetime import timedelta
from decimal import Decimal

import pytest
from pytest_django import Settings

from saleor_cryptopay.models import Address, Payment, Transfer
from saleor_cryptopay.operations import integrity, ledger, outbox
from saleor_cryptopay.operations.opening import choose_asset
from saleor_cryptopay.operations.quoting import renew_quote
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


def come_during_another_key(scene: Scene, settings: Settings) -> Payment:
    """Have coins become final under a key that seals nothing; the old one returns."""
    payment = scene.open()
    ours, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert Payment.objects.get().state == "needs_review"
    assert scene.credits(payment) == []
    settings.SECRET_KEY_FALLBACKS = [ours]
    return payment


def test_coins_are_credited_when_their_seal_is_good_again(
    scene: Scene, settings: Settings
) -> None:
    payment = come_during_another_key(scene, settings)
    for _ in range(3):
        scene.poll()
    assert Payment.objects.get().state == "confirmed"
    assert scene.credits(payment) == [Decimal("50.10")]
    assert scene.told(payment)[-1] == "complete"


@pytest.mark.parametrize("trusts", [False, True])
def test_they_are_credited_also_where_other_coins_come_first(
    scene: Scene,
    settings: Settings,
    trusts: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    scene.with_policy(accept_unconfirmed=trusts)
    payment = come_during_another_key(scene, settings)
    more = scene.runtime.gateway.fetch_transaction(scene.pay(payment, "0.01"))
    ledger.record_transfer(more, scene.clock(), scene.runtime)
    outbox.deliver_effects(scene.runtime)
    assert Payment.objects.get().state == "confirmed"
    assert scene.credits(payment) == [Decimal("50.10")]
    assert payment.effects.filter(kind="complete").count() == 1


def test_sealing_anew_leaves_a_quote_alone_that_was_renewed_meanwhile(
    scene: Scene,
) -> None:
    payment = scene.open("btc@bitcoin")
    scene.clock.shift += timedelta(minutes=20)
    rows = list(Address.objects.select_related("payment"))
    scene.with_policy(rates={("btc", "USD"): Decimal(60000)})
    renew_quote(payment.pk, scene.runtime)
    integrity.reseal(rows)
    payment.refresh_from_db()
    assert integrity.is_intact(payment, issued(payment))


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
