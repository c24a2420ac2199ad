"""Addresses without a key are known on every network."""

import pytest

from saleor_cryptopay.core.addresses import encode_address
from saleor_cryptopay.core.assets import ASSETS, NETWORKS
from saleor_cryptopay.core.burns import is_burn_address, is_token_contract


@pytest.mark.parametrize("slug", sorted(NETWORKS))
def test_the_address_of_nothing_is_known(slug: str) -> None:
    network = NETWORKS[slug]
    assert is_burn_address(encode_address(bytes(20), network), network)
    somebody = encode_address(bytes(range(1, 21)), network)
    assert not is_burn_address(somebody, network)


@pytest.mark.parametrize("number", [0, 1, 9, 0x100, 0xDEAD])
def test_the_machines_own_contracts_are_known(number: int) -> None:
    network = NETWORKS["ethereum"]
    address = encode_address(number.to_bytes(20, "big"), network)
    assert is_burn_address(address, network)


def test_every_token_of_the_table_is_known_by_its_contract() -> None:
    contracts = [asset.contract for asset in ASSETS.values() if asset.contract]
    assert contracts
    assert all(map(is_token_contract, contracts))
    assert not is_token_contract("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
