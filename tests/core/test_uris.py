"""Payment URIs, read back by a parser that shares nothing with the writer."""

from decimal import Decimal
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_cryptopay.core.addresses import encode_address
from saleor_cryptopay.core.assets import ASSETS, NETWORKS, Asset, find_asset
from saleor_cryptopay.core.errors import AmountError
from saleor_cryptopay.core.uris import payment_uri

PAYEE = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
TETHER = "0xdAC17F958D2ee523a2206206994597C13D831ec7"
SEGWIT = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"


class Request(NamedTuple):
    """What a wallet understands: whom to pay what, on which chain."""

    scheme: str
    chain_id: int | None
    contract: str | None
    payee: str
    units: int


def understand(uri: str) -> Request:
    """Read a URI as BIP-321 and EIP-681 tell wallets to."""
    parts = urlsplit(uri)
    query = dict(parse_qsl(parts.query, strict_parsing=True))
    if parts.scheme in {"bitcoin", "litecoin"}:
        units = Decimal(query.pop("amount")) * 10**8
        assert units == int(units)
        assert not query
        return Request(parts.scheme, None, None, parts.path, int(units))
    assert parts.scheme == "ethereum"
    target, _, function = parts.path.partition("/")
    address, _, chain = target.partition("@")
    if function:
        assert function == "transfer"
        assert set(query) == {"address", "uint256"}
        units = Decimal(query["uint256"])
        return Request(parts.scheme, int(chain), address, query["address"], int(units))
    assert set(query) == {"value"}
    return Request(parts.scheme, int(chain), None, address, int(query["value"]))


@pytest.mark.parametrize(
    ("asset_key", "address", "units", "uri"),
    [
        ("btc@bitcoin", SEGWIT, 150_000, f"bitcoin:{SEGWIT}?amount=0.0015"),
        ("btc@bitcoin", SEGWIT, 1, f"bitcoin:{SEGWIT}?amount=0.00000001"),
        ("btc@bitcoin", SEGWIT, 10**9, f"bitcoin:{SEGWIT}?amount=10"),
        (
            "ltc@litecoin",
            "LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1",
            50_000_000,
            "litecoin:LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1?amount=0.5",
        ),
        (
            "eth@ethereum",
            PAYEE,
            15 * 10**14,
            f"ethereum:{PAYEE}@1?value=1500000000000000",
        ),
        ("eth@arbitrum", PAYEE, 7, f"ethereum:{PAYEE}@42161?value=7"),
        (
            "usdt@ethereum",
            PAYEE,
            50_100_000,
            f"ethereum:{TETHER}@1/transfer?address={PAYEE}&uint256=50100000",
        ),
        (
            "usdt@tron",
            "TJAAinkKN2h9KxtBZXw6SyL7HwCQXnzFsE",
            50_100_000,
            "TJAAinkKN2h9KxtBZXw6SyL7HwCQXnzFsE",
        ),
    ],
)
def test_uris_are_written_as_the_standards_say(
    asset_key: str, address: str, units: int, uri: str
) -> None:
    assert payment_uri(find_asset(asset_key), address, units) == uri


@given(
    st.sampled_from([asset for asset in ASSETS.values() if asset.network.uri_scheme]),
    st.binary(min_size=20, max_size=20),
    st.integers(min_value=1, max_value=10**27),
)
def test_a_wallet_reads_back_what_was_asked(
    asset: Asset, payload: bytes, units: int
) -> None:
    address = encode_address(payload, asset.network)
    assert understand(payment_uri(asset, address, units)) == Request(
        scheme=asset.network.uri_scheme or "",
        chain_id=asset.network.chain_id,
        contract=asset.contract,
        payee=address,
        units=units,
    )


def test_a_token_is_never_asked_for_as_value() -> None:
    for asset in ASSETS.values():
        if asset.contract and asset.network.chain_id:
            assert "value=" not in payment_uri(asset, PAYEE, 1)


def test_networks_without_a_ratified_scheme_get_the_bare_address() -> None:
    bare = [slug for slug, network in NETWORKS.items() if not network.uri_scheme]
    assert bare == ["tron"]


@pytest.mark.parametrize("units", [0, -1])
@pytest.mark.parametrize("asset_key", ["btc@bitcoin", "usdt@tron", "usdt@ethereum"])
def test_nothing_to_pay_has_no_uri(asset_key: str, units: int) -> None:
    with pytest.raises(AmountError):
        payment_uri(find_asset(asset_key), PAYEE, units)
