"""What every gateway has to do, whichever it is, held against a running server.

A suite for one gateway subclasses `GatewayConformance` and gives three fixtures:
`gateway`, `stranger` (the same with a key that the server does not know), and `world`,
through which the suite plays customer and chain. Nothing here knows whose server it is.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from saleor_cryptopay.core.addresses import canonical_address, canonical_hash
from saleor_cryptopay.core.assets import (
    ASSETS,
    NETWORKS,
    Asset,
    find_asset,
    find_network,
)
from saleor_cryptopay.core.errors import TerminalError
from saleor_cryptopay.core.events import TransferReported, TransferStatus
from saleor_cryptopay.gateways.base import Environment, Gateway, IssuedAddress

Delivery = tuple[dict[str, str], bytes]
"""Headers, their names in lower case, and body."""

USDT = find_asset("usdt@ethereum")


class World(Protocol):
    """What lies beyond the gateway."""

    def pay(self, address: str, amount: str, *, coin: str = "") -> str:
        """Send coins to an address; return the gateway's id of the transaction."""
        ...

    def mine(self, count: int) -> None:
        """Add blocks to every chain."""
        ...

    def deliveries(
        self, url: str, count: int
    ) -> Sequence[tuple[dict[str, str], bytes]]:
        """Return at least `count` webhooks sent to `url`."""
        ...

    @property
    def hook_url(self) -> str:
        """Where webhooks are received; a new address for each world."""
        ...


def issue(gateway: Gateway, asset: Asset = USDT) -> IssuedAddress:
    return gateway.create_address(asset, label="order", metadata={"payment": "p1"})


def since_now() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)


class CoinsConformance:
    """The promises about addresses, coins and webhooks: what the ledger rests on."""

    @pytest.mark.parametrize("key", sorted(ASSETS))
    def test_an_address_is_valid_on_its_network(
        self, gateway: Gateway, key: str
    ) -> None:
        asset = find_asset(key)
        issued = issue(gateway, asset)
        assert issued.id
        assert (issued.network, issued.coin) == (asset.network.slug, asset.coin)
        canonical = canonical_address(issued.address, asset.network, is_test=True)
        assert issued.address == canonical

    def test_every_address_is_fresh(self, gateway: Gateway) -> None:
        first, second = issue(gateway), issue(gateway)
        assert first.address != second.address
        assert first.id != second.id

    def test_a_transaction_is_found_by_its_id(
        self, gateway: Gateway, world: World
    ) -> None:
        issued = issue(gateway)
        found = gateway.fetch_transaction(world.pay(issued.address, "1.5"))
        assert_is_payment(found, issued, "1.5")
        assert found.status in (TransferStatus.PENDING, TransferStatus.CONFIRMING)

    def test_a_transaction_becomes_final(self, gateway: Gateway, world: World) -> None:
        issued = issue(gateway)
        identifier = world.pay(issued.address, "2")
        world.mine(USDT.network.confirmations)
        found = gateway.fetch_transaction(identifier)
        assert found.status is TransferStatus.CONFIRMED
        assert found.confirmations >= USDT.network.confirmations
        assert found.confirmed_at is not None

    def test_a_coin_that_was_not_asked_for_is_named(
        self, gateway: Gateway, world: World
    ) -> None:
        issued = issue(gateway)
        found = gateway.fetch_transaction(world.pay(issued.address, "1", coin="usdc"))
        assert found.coin == "usdc"

    def test_an_unknown_transaction_is_terminal(self, gateway: Gateway) -> None:
        for identifier in ("tx_unknown", "", "..", "a/b", "?x=1", "é"):
            with pytest.raises(TerminalError):
                gateway.fetch_transaction(identifier)

    def test_a_transaction_is_found_in_the_list(
        self, gateway: Gateway, world: World
    ) -> None:
        issued, other = issue(gateway), issue(gateway)
        identifier = world.pay(issued.address, "3.25")
        world.pay(other.address, "1")
        own = list(gateway.transactions_since(since_now(), address_id=issued.id))
        assert [row.transaction_id for row in own] == [identifier]
        assert_is_payment(own[0], issued, "3.25")
        everything = {row.transaction_id for row in gateway.transactions_since(None)}
        assert identifier in everything

    def test_the_list_begins_where_it_is_told_to(
        self, gateway: Gateway, world: World
    ) -> None:
        issued = issue(gateway)
        world.pay(issued.address, "1")
        later = datetime.now(UTC) + timedelta(hours=1)
        assert not list(gateway.transactions_since(later, address_id=issued.id))

    @pytest.mark.parametrize("count", [100, 205])
    def test_the_list_is_read_beyond_its_first_page(
        self, gateway: Gateway, world: World, count: int
    ) -> None:
        issued = issue(gateway)
        paid = {world.pay(issued.address, "0.1") for _ in range(count)}
        found = list(gateway.transactions_since(since_now(), address_id=issued.id))
        assert len(found) == count
        assert {row.transaction_id for row in found} == paid

    def test_registering_twice_registers_once(
        self, gateway: Gateway, world: World
    ) -> None:
        first = gateway.register_webhook(world.hook_url)
        assert gateway.register_webhook(world.hook_url) == first
        rows = [row for row in gateway.webhooks() if row.url == world.hook_url]
        assert rows == [first]
        assert first.is_active

    def test_webhooks_verify_and_tell_of_the_transfer(
        self, gateway: Gateway, world: World
    ) -> None:
        gateway.register_webhook(world.hook_url)
        issued = issue(gateway)
        identifier = world.pay(issued.address, "4.5")
        transfers = []
        for headers, body in world.deliveries(world.hook_url, 2):
            gateway.verify(headers, body)
            event = gateway.parse(body)
            if isinstance(event, TransferReported):
                transfers.append(event)
        assert [row.transaction_id for row in transfers] == [identifier]
        fetched = gateway.fetch_transaction(identifier)
        assert transfers[0].hash == fetched.hash
        assert transfers[0].amount == fetched.amount


class GatewayConformance(CoinsConformance):
    """The promises of `gateways.base.Gateway`: of an account at a gateway as well."""

    def test_the_key_is_known(self, gateway: Gateway) -> None:
        connection = gateway.test_connection()
        assert gateway.environment is Environment.TEST
        assert connection.environment in (None, Environment.TEST)
        assert connection.key_id

    def test_a_wrong_key_is_refused_for_good(self, stranger: Gateway) -> None:
        with pytest.raises(TerminalError) as caught:
            stranger.test_connection()
        assert caught.value.code
        with pytest.raises(TerminalError):
            issue(stranger)

    def test_networks_and_coins_agree_with_our_table(self, gateway: Gateway) -> None:
        offers = gateway.networks()
        assert sorted(offer.slug for offer in offers) == sorted(NETWORKS)
        for offer in offers:
            network = find_network(offer.slug)
            assert offer.chain_id == network.chain_id
            assert offer.confirmations == network.confirmations
        coins = gateway.coins()
        assert {f"{coin.coin}@{coin.network}" for coin in coins} == set(ASSETS)
        for coin in coins:
            asset = find_asset(f"{coin.coin}@{coin.network}")
            assert coin.decimals == asset.decimals
            assert coin.contract == (asset.contract or "")


def assert_is_payment(
    found: TransferReported, issued: IssuedAddress, amount: str
) -> None:
    network = find_network(issued.network)
    assert (found.network, found.coin) == (issued.network, issued.coin)
    assert found.amount == amount
    assert found.hash == canonical_hash(found.hash, network)
    assert found.address or found.address_id
    if found.address:
        assert canonical_address(found.address, network, is_test=True) == issued.address
    assert found.address_id in ("", issued.id)
    assert found.created_at is not None
