"""The table of networks and assets."""

from string import Formatter
from urllib.parse import urlsplit

import pytest

from saleor_cryptopay.core.addresses import canonical_address
from saleor_cryptopay.core.assets import (
    ASSETS,
    NETWORKS,
    AddressKind,
    Asset,
    Network,
    find_asset,
    find_network,
)
from saleor_cryptopay.core.errors import AssetError

TOKENS = [asset for asset in ASSETS.values() if asset.contract is not None]
NATIVE = [asset for asset in ASSETS.values() if asset.contract is None]

# The gateway's own list: native coin, its decimals, blocks it waits for, chain id.
PUBLISHED = {
    "bitcoin": ("btc", 8, 6, None),
    "ethereum": ("eth", 18, 12, 1),
    "tron": ("trx", 6, 19, None),
    "bsc": ("bnb", 18, 15, 56),
    "polygon": ("matic", 18, 20, 137),
    "arbitrum": ("eth", 18, 10, 42161),
    "fantom": ("ftm", 18, 12, 250),
    "litecoin": ("ltc", 8, 6, None),
}

TOKENS_OFFERED = {
    "usdt": {"ethereum", "tron", "bsc", "polygon", "arbitrum"},
    "usdc": {"ethereum", "bsc", "polygon", "arbitrum"},
    "busd": {"bsc", "ethereum"},
    "dai": {"ethereum", "bsc", "polygon"},
}


@pytest.mark.parametrize("asset", TOKENS, ids=str)
def test_contracts_pass_their_networks_checksum(asset: Asset) -> None:
    assert asset.contract is not None
    assert canonical_address(asset.contract, asset.network) == asset.contract


def test_no_two_assets_of_a_network_share_a_contract() -> None:
    contracts = {(asset.network.slug, asset.contract) for asset in TOKENS}
    assert len(contracts) == len(TOKENS)


def test_tether_and_usd_coin_have_18_decimals_on_bsc_and_6_elsewhere() -> None:
    issued = [asset for asset in TOKENS if asset.coin in {"usdt", "usdc"}]
    assert len(issued) == 9
    for asset in issued:
        assert asset.decimals == (18 if asset.network.slug == "bsc" else 6)


def test_the_other_dollar_tokens_have_18_decimals() -> None:
    others = [asset for asset in TOKENS if asset.coin in {"dai", "busd"}]
    assert {asset.decimals for asset in others} == {18}


def test_tokens_are_offered_where_the_gateway_takes_them() -> None:
    offered: dict[str, set[str]] = {}
    for asset in TOKENS:
        offered.setdefault(asset.coin, set()).add(asset.network.slug)
    assert offered == TOKENS_OFFERED


def test_every_network_has_exactly_its_native_coin() -> None:
    assert {asset.network.slug: asset.coin for asset in NATIVE} == {
        slug: network.native for slug, network in NETWORKS.items()
    }


def test_networks_are_as_the_gateway_publishes_them() -> None:
    for slug, (coin, decimals, confirmations, chain_id) in PUBLISHED.items():
        network = find_network(slug)
        assert network.native == coin
        assert find_asset(f"{coin}@{slug}").decimals == decimals
        assert network.confirmations == confirmations
        assert network.chain_id == chain_id
    assert set(NETWORKS) == set(PUBLISHED)


def test_keys_are_unique_and_name_coin_and_network() -> None:
    assert len(ASSETS) == len(TOKENS) + len(PUBLISHED)
    for key, asset in ASSETS.items():
        assert key == str(asset) == f"{asset.coin}@{asset.network.slug}"
        assert key == key.lower()


def test_tokens_are_pegged_to_the_dollar_and_native_coins_to_nothing() -> None:
    assert {asset.pegged_to for asset in TOKENS} == {"USD"}
    assert {asset.pegged_to for asset in NATIVE} == {None}


def test_only_native_coins_lack_a_contract() -> None:
    assert all(asset.is_native for asset in NATIVE)
    assert not any(asset.is_native for asset in TOKENS)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=list(NETWORKS))
def test_explorer_addresses_are_https_with_a_place_for_the_hash(
    network: Network,
) -> None:
    parts = urlsplit(network.transaction_url)
    assert parts.scheme == "https"
    assert parts.hostname
    fields = [name for _, name, _, _ in Formatter().parse(network.transaction_url)]
    assert [name for name in fields if name is not None] == ["hash"]


@pytest.mark.parametrize("network", NETWORKS.values(), ids=list(NETWORKS))
def test_chain_ids_belong_to_the_evm_family(network: Network) -> None:
    is_evm = network.address_kind is AddressKind.EVM
    assert (network.chain_id is not None) == is_evm
    assert (network.uri_scheme == "ethereum") == is_evm


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(AssetError, match="usdt@ethereum"):
        find_asset("usdt@solana")
    with pytest.raises(AssetError, match="litecoin"):
        find_network("solana")


def test_symbols_are_written_in_upper_case() -> None:
    assert find_asset("usdt@tron").symbol == "USDT"
