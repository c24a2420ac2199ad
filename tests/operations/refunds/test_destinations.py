"""Where coins may go: what is mistyped, foreign, ours or lost is refused in words."""

from datetime import timedelta

import pytest

from saleor_cryptopay.core.assets import NETWORKS, find_asset
from saleor_cryptopay.core.errors import RefundError
from saleor_cryptopay.core.refund_rules import RefundMode
from saleor_cryptopay.models import Refund
from saleor_cryptopay.operations import integrity
from saleor_cryptopay.operations.refunds.approval import (
    approve,
    decline,
    refuse_address,
)
from saleor_cryptopay.operations.refunds.destinations import name_address, read_address

from .conftest import TRON_WALLET, WALLET, Till

ETHEREUM = NETWORKS["ethereum"]
USDT = find_asset("usdt@ethereum").contract or ""

REFUSED = {
    "": "empty",
    "0x12": "checksum",
    WALLET[:-1] + "e": "checksum",
    WALLET.replace("E", "e"): "checksum",
    TRON_WALLET: "network",
    "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq": "network",
    "0x" + "0" * 40: "burn",
    "0x0000000000000000000000000000000000000001": "burn",
    "0x000000000000000000000000000000000000dEaD": "burn",
    USDT: "contract",
    USDT.lower(): "contract",
}


def refusal(
    address: str, repeated: str | None = None, network: str = "ethereum"
) -> str:
    with pytest.raises(RefundError) as refused:
        read_address(
            address, address if repeated is None else repeated, NETWORKS[network]
        )
    return refused.value.code


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "code"), REFUSED.items())
def test_what_cannot_be_paid_to_is_refused(address: str, code: str) -> None:
    assert refusal(address) == code


@pytest.mark.django_db
@pytest.mark.parametrize("network", ["tron", "bitcoin", "litecoin"])
def test_nobody_is_sent_coins_on_another_network(network: str) -> None:
    assert refusal(WALLET, network=network) == "network"


@pytest.mark.django_db
def test_a_foreign_network_is_named(till: Till) -> None:
    refund = till.ask(till.paid())
    with pytest.raises(
        RefundError, match="an address on TRON; these coins are on Ethereum"
    ):
        till.name(refund, TRON_WALLET)


@pytest.mark.django_db
def test_both_entries_have_to_agree() -> None:
    assert refusal(WALLET, WALLET[:-1]) == "mismatch"
    assert refusal(WALLET, "") == "mismatch"


@pytest.mark.django_db
def test_the_same_address_in_two_ways_agrees() -> None:
    assert read_address(f" {WALLET.lower()} ", WALLET, ETHEREUM) == WALLET


def test_our_own_deposit_addresses_are_refused(till: Till) -> None:
    payment = till.paid()
    other = till.scene.open()
    refund = till.ask(payment)
    for each in (payment, other):
        assert each.address is not None
        with pytest.raises(RefundError) as refused:
            till.name(refund, each.address.address)
        assert refused.value.code == "ours"


def test_a_named_address_waits_for_approval_under_a_seal(till: Till) -> None:
    refund = till.name(till.ask(till.paid()), WALLET.lower())
    assert (refund.state, refund.address) == ("needs_approval", WALLET)
    assert integrity.is_refund_intact(Refund.objects.get())


def test_where_no_approval_is_wanted_it_is_to_be_sent(till: Till) -> None:
    till.rules(mode=RefundMode.AUTOMATIC)
    assert till.name(till.ask(till.paid())).state == "approved"


def test_an_address_is_named_once(till: Till) -> None:
    refund = till.name(till.ask(till.paid()))
    with pytest.raises(RefundError) as refused:
        till.name(refund, "0xde0B295669a9FD93d5F28D9Ec85E40f4cb697BAe")
    assert refused.value.code == "state"
    assert Refund.objects.get().address == WALLET


@pytest.mark.parametrize("state", ["needs_approval", "approved", "sent", "failed"])
def test_the_same_address_once_more_is_taken_and_changes_nothing(
    till: Till, state: str
) -> None:
    refund = till.name(till.ask(till.paid()))
    if state != "needs_approval":
        approve(refund.pk, "staff", till.scene.runtime)
    if state in ("sent", "failed"):
        till.send()
    if state == "failed":
        till.lose(till.orders()[0]["id"], "failed")
        till.follow()
    lines = refund.entries.count()
    for written in (WALLET, WALLET.lower()):
        assert till.name(refund, written).state == state
    with pytest.raises(RefundError) as refused:
        name_address(refund.token, WALLET, TRON_WALLET, till.scene.runtime)
    assert refused.value.code == "state"
    assert refund.entries.count() == lines


def test_an_address_of_a_refund_that_was_declined_is_not_taken(till: Till) -> None:
    refund = till.name(till.ask(till.paid()))
    decline(refund.pk, "not agreed", "staff", till.scene.runtime)
    with pytest.raises(RefundError) as refused:
        till.name(refund)
    assert refused.value.code == "state"


def test_an_address_that_was_refused_is_not_taken_to_be_there(till: Till) -> None:
    refund = till.name(till.ask(till.paid()))
    refuse_address(refund.pk, "an exchange's", "staff", till.scene.runtime)
    assert till.name(refund).entries.count() == 4


def test_after_the_time_is_over_the_link_takes_nothing(till: Till) -> None:
    refund = till.ask(till.paid())
    till.scene.clock.shift += timedelta(days=14)
    with pytest.raises(RefundError) as refused:
        till.name(refund)
    assert refused.value.code == "expired"


def test_an_unknown_link_is_unknown(till: Till) -> None:
    with pytest.raises(RefundError) as refused:
        name_address("nobody", WALLET, WALLET, till.scene.runtime)
    assert refused.value.code == "unknown"
