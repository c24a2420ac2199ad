"""Choosing a coin while the world goes on: the gateway takes its time to answer."""

from collections.abc import Callable

import pytest

from saleor_cryptopay.core.errors import AssetError, TerminalError
from saleor_cryptopay.core.events import TransferStatus
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations.opening import choose_asset
from saleor_cryptopay.operations.refunds.coins import find_credited
from tests.chaos.world import World


@pytest.fixture
def world(db: None) -> World:  # noqa: ARG001 - a database
    return World()


def once(world: World, when: str, happening: Callable[[], None]) -> None:
    """Have something happen while the gateway is asked, the next time alone."""

    def before(what: str) -> None:
        if what == when:
            world.gateway.before = lambda _what: None
            happening()

    world.gateway.before = before


def test_a_refusal_of_one_choice_fails_no_other(world: World) -> None:
    payment = world.open(asset="")

    def refuse() -> None:
        choose_asset(payment.pk, "usdt@ethereum", world.runtime)  # a second window
        raise TerminalError("No such network.", code="INVALID_NETWORK")

    once(world, "create_address", refuse)
    with pytest.raises(TerminalError):
        choose_asset(payment.pk, "usdt@tron", world.runtime)
    payment.refresh_from_db()
    assert payment.address is not None
    assert (payment.state, payment.address.asset_key) == (
        "awaiting_payment",
        "usdt@ethereum",
    )


def test_coins_that_come_during_a_choice_keep_their_coin(world: World) -> None:
    payment = world.open()
    coins = world.pay(payment, "50.1")
    world.chain.move(coins, TransferStatus.CONFIRMED)
    once(world, "create_address answered", world.poll)
    with pytest.raises(AssetError, match="over"):
        choose_asset(payment.pk, "btc@bitcoin", world.runtime)
    payment.refresh_from_db()
    assert payment.address is not None
    assert (payment.state, payment.address.asset_key) == ("confirmed", "usdt@ethereum")
    world.tell()
    credited = find_credited(payment)
    assert credited is not None
    assert (credited.asset_key, credited.units) == ("usdt@ethereum", 50_100_000)
    # Somebody may have been shown it: it is watched.
    assert payment.addresses.exclude(address="").count() == 2


def test_coins_that_are_seen_during_a_choice_keep_it_too(world: World) -> None:
    payment = world.open()
    world.pay(payment, "50.1")
    once(world, "create_address answered", world.poll)
    with pytest.raises(AssetError, match="seen already"):
        choose_asset(payment.pk, "btc@bitcoin", world.runtime)
    address = Payment.objects.get().address
    assert address is not None
    assert address.asset_key == "usdt@ethereum"
