"""Addresses: the published vectors, every form, and no corrupted text."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from saleor_cryptopay.core.addresses import (
    canonical_address,
    canonical_hash,
    encode_address,
    grouped,
)
from saleor_cryptopay.core.assets import NETWORKS, AddressKind, Network
from saleor_cryptopay.core.base58 import decode_check, encode_check
from saleor_cryptopay.core.bech32 import SegwitAddress
from saleor_cryptopay.core.errors import AddressError, HashError

BITCOIN = NETWORKS["bitcoin"]
ETHEREUM = NETWORKS["ethereum"]
LITECOIN = NETWORKS["litecoin"]
TRON = NETWORKS["tron"]
EVM = [one for one in NETWORKS.values() if one.address_kind is AddressKind.EVM]

# The vectors of EIP-55.
EIP_55 = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]

# Addresses known to everybody: the first block's, the tokens' own, developers' guides'.
BITCOIN_LIVE = [
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
]
BITCOIN_TEST = [
    "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn",
    "mrCDrCybB6J1vRfbwM5hemdJz73FwDBC8r",
    "2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc",
    "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
]
LITECOIN_LIVE = [
    "LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1",
    "LTuoeY6RBHV3n3cfhXVVTbJbxzxnXs9ofm",
    "MGEW4aba3tnrVtVhGcmoqqHaLt5ymPSLPi",
    "ltc1qxtm55gultqzhqzl2p3ks50hg2478y3hehuj6dz",
]
LITECOIN_TEST = [
    "mrCDrCybB6J1vRfbwM5hemdJz73FwDBC8r",
    "QNAE3NaL6UaH2EdVpdQe6HGkQxZWWDoUK7",
]
TRON_LIVE = [
    "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
    "TJAAinkKN2h9KxtBZXw6SyL7HwCQXnzFsE",
]
LIVE = [
    *((BITCOIN, address) for address in BITCOIN_LIVE),
    *((LITECOIN, address) for address in LITECOIN_LIVE),
    *((TRON, address) for address in TRON_LIVE),
    *((network, address) for network in EVM for address in EIP_55),
]
CHECKSUMMED = [pair for pair in LIVE if pair[0].address_kind is not AddressKind.EVM]


@pytest.mark.parametrize(("network", "address"), LIVE)
def test_known_addresses_are_canonical_already(network: Network, address: str) -> None:
    assert canonical_address(address, network) == address


@pytest.mark.parametrize("address", EIP_55)
def test_evm_addresses_without_a_checksum_get_theirs(address: str) -> None:
    assert canonical_address(address.lower(), ETHEREUM) == address
    assert canonical_address("0x" + address[2:].upper(), ETHEREUM) == address
    assert canonical_address(address.upper(), ETHEREUM) == address


@given(st.sampled_from(EIP_55), st.integers(2, 41))
def test_an_evm_letter_of_the_wrong_case_is_refused(address: str, place: int) -> None:
    wrong = address[:place] + address[place].swapcase() + address[place + 1 :]
    digits = wrong[2:]
    assume(wrong != address and digits not in (digits.lower(), digits.upper()))
    with pytest.raises(AddressError, match="checksum"):
        canonical_address(wrong, ETHEREUM)


@pytest.mark.parametrize(
    "text",
    [
        "", "0x", EIP_55[4][2:], EIP_55[4][:-1], EIP_55[4] + "0", " " + EIP_55[4],
        EIP_55[4] + "\n", "0x" + "g" * 40, "0x" + "\u0660" * 40, "vitalik.eth",
        "ethereum:" + EIP_55[4],
    ],
)  # fmt: skip
def test_what_has_not_the_form_of_an_evm_address_is_refused(text: str) -> None:
    with pytest.raises(AddressError, match="40 hexadecimal digits"):
        canonical_address(text, ETHEREUM)


def test_upper_case_bech32_becomes_lower_case() -> None:
    for address in (BITCOIN_LIVE[2], BITCOIN_LIVE[3]):
        assert canonical_address(address.upper(), BITCOIN) == address


@given(
    st.sampled_from(CHECKSUMMED),
    st.integers(min_value=0, max_value=61),
    st.sampled_from(
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ,é"
    ),
)
def test_one_corrupted_character_is_always_noticed(
    pair: tuple[Network, str], place: int, character: str
) -> None:
    network, address = pair
    assume(place < len(address) and address[place] != character)
    wrong = address[:place] + character + address[place + 1 :]
    with pytest.raises(AddressError):
        canonical_address(wrong, network)


@given(st.sampled_from(CHECKSUMMED), st.integers(min_value=0, max_value=61))
def test_a_lost_or_doubled_character_is_always_noticed(
    pair: tuple[Network, str], place: int
) -> None:
    network, address = pair
    assume(place < len(address))
    shorter = address[:place] + address[place + 1 :]
    longer = address[:place] + address[place] + address[place:]
    for wrong in (shorter, longer):
        with pytest.raises(AddressError):
            canonical_address(wrong, network)


@given(st.sampled_from(CHECKSUMMED), st.integers(min_value=0, max_value=60))
def test_two_swapped_characters_are_always_noticed(
    pair: tuple[Network, str], place: int
) -> None:
    network, address = pair
    assume(place + 1 < len(address) and address[place] != address[place + 1])
    swapped = address[place + 1] + address[place]
    with pytest.raises(AddressError):
        canonical_address(address[:place] + swapped + address[place + 2 :], network)


@pytest.mark.parametrize(("network", "address"), LIVE)
def test_an_address_is_refused_on_every_network_of_another_kind(
    network: Network, address: str
) -> None:
    for other in NETWORKS.values():
        if other.address_kind is not network.address_kind:
            with pytest.raises(AddressError, match=f"no address on {other.name}"):
                canonical_address(address, other, is_test=True)


@pytest.mark.parametrize(
    ("network", "address"),
    [
        *((BITCOIN, address) for address in BITCOIN_TEST),
        *((LITECOIN, address) for address in LITECOIN_TEST),
    ],
)
def test_addresses_of_test_networks_are_taken_only_when_asked(
    network: Network, address: str
) -> None:
    assert canonical_address(address, network, is_test=True) == address
    with pytest.raises(AddressError, match="another network"):
        canonical_address(address, network)


@pytest.mark.parametrize(("network", "address"), LIVE)
def test_tests_take_live_forms_too(network: Network, address: str) -> None:
    assert canonical_address(address, network, is_test=True) == address


@pytest.mark.parametrize("version", [0x05, 0xC4])
def test_litecoins_script_addresses_that_look_like_bitcoins_are_refused(
    version: int,
) -> None:
    address = encode_check(bytes([version]) + b"\x11" * 20)
    assert canonical_address(address, BITCOIN, is_test=True) == address
    with pytest.raises(AddressError, match="another network"):
        canonical_address(address, LITECOIN, is_test=True)


@pytest.mark.parametrize("filler", ["z", "Z", "k2M"])
def test_base58_that_begins_like_bech32_is_read_as_base58(filler: str) -> None:
    address = encode_check(_decode_roughly(("LTC1" + filler * 40)[:34]))
    assert address.startswith("LTC1")
    assert canonical_address(address, LITECOIN) == address


def _decode_roughly(text: str) -> bytes:
    """Return the 21 bytes whose address begins like the text."""
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number = 0
    for character in text:
        number = number * 58 + alphabet.index(character)
    return number.to_bytes(25)[:21]


@given(
    st.sampled_from([(BITCOIN, "bc"), (LITECOIN, "ltc")]),
    st.integers(min_value=2, max_value=16),
    st.binary(min_size=2, max_size=40),
)
def test_witness_versions_without_rules_are_refused(
    chain: tuple[Network, str], version: int, program: bytes
) -> None:
    network, prefix = chain
    with pytest.raises(AddressError, match=f"witness version {version} has no rules"):
        canonical_address(str(SegwitAddress(prefix, version, program)), network)


@pytest.mark.parametrize(("network", "prefix"), [(BITCOIN, "bc"), (LITECOIN, "ltc")])
@given(program=st.binary(min_size=2, max_size=40))
def test_of_version_1_only_taproots_32_bytes_are_taken(
    network: Network, prefix: str, program: bytes
) -> None:
    assume(len(program) != 32)
    with pytest.raises(AddressError, match="32 bytes only"):
        canonical_address(str(SegwitAddress(prefix, 1, program)), network)
    taproot = str(SegwitAddress(prefix, 1, program[:1] * 32))
    assert canonical_address(taproot, network) == taproot


def test_what_anyone_may_spend_by_standard_is_refused() -> None:
    """Pay-to-anchor, which anybody may spend."""
    with pytest.raises(AddressError, match="32 bytes only"):
        canonical_address("bc1pfeessrawgf", BITCOIN)


@given(st.binary(min_size=66, max_size=66))
def test_addresses_of_litecoins_extension_block_are_refused(keys: bytes) -> None:
    hidden = str(SegwitAddress("ltcmweb", 0, keys))
    with pytest.raises(AddressError):
        canonical_address(hidden, LITECOIN)


@pytest.mark.parametrize("size", [0, 19, 21, 32])
def test_base58_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(AddressError, match="length"):
        canonical_address(encode_check(bytes(1 + size)), BITCOIN)


def test_mixed_case_is_named_as_the_reason() -> None:
    mixed = BITCOIN_LIVE[2][:-1] + "T"
    assert mixed.lower() != mixed
    with pytest.raises(AddressError, match="mixes upper and lower case"):
        canonical_address(mixed, BITCOIN)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=list(NETWORKS))
@pytest.mark.parametrize(
    "text",
    ["", "1", "x" * 100_000, "\n", "\x00", "<script>", "\u017f", "1" * 25, "bc1"],
)
def test_nonsense_is_refused_in_one_printable_line(network: Network, text: str) -> None:
    with pytest.raises(AddressError) as caught:
        canonical_address(text, network)
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 700


def test_tron_addresses_have_version_41_and_34_characters() -> None:
    assert decode_check(TRON_LIVE[1]).hex() == (
        "4159d3ad9d126e153b9564417d3a05cf51c1964edf"
    )
    for payload in (b"\x42" + b"\x11" * 20, b"\x41" + b"\x11" * 19, b"\x41" * 22):
        with pytest.raises(AddressError, match="Tron"):
            canonical_address(encode_check(payload), TRON)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=list(NETWORKS))
@given(payload=st.binary(min_size=20, max_size=20), is_test=st.booleans())
def test_encoded_bytes_are_a_canonical_address(
    network: Network, payload: bytes, *, is_test: bool
) -> None:
    address = encode_address(payload, network, is_test=is_test)
    assert canonical_address(address, network, is_test=is_test) == address
    if network.address_kind is AddressKind.TRON:
        assert len(address) == 34
        assert address.startswith("T")


@given(st.binary(min_size=32, max_size=32))
def test_script_hashes_are_encoded_for_bitcoin_and_litecoin(payload: bytes) -> None:
    for network, prefix in ((BITCOIN, "bc1q"), (LITECOIN, "ltc1q")):
        address = encode_address(payload, network)
        assert address.startswith(prefix)
        assert canonical_address(address, network) == address


def test_published_programs_are_encoded_as_published() -> None:
    program = bytes.fromhex("751e76e8199196d454941c45d1b3a323f1433bd6")
    assert encode_address(program, BITCOIN) == BITCOIN_LIVE[2]
    assert encode_address(program, BITCOIN, is_test=True) == (
        "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"
    )
    payee = bytes.fromhex("59d3ad9d126e153b9564417d3a05cf51c1964edf")
    assert encode_address(payee, TRON) == TRON_LIVE[1]
    assert encode_address(bytes.fromhex(EIP_55[4][2:]), ETHEREUM) == EIP_55[4]


@pytest.mark.parametrize("network", NETWORKS.values(), ids=list(NETWORKS))
@pytest.mark.parametrize("size", [0, 19, 21, 33])
def test_other_lengths_have_no_address(network: Network, size: int) -> None:
    with pytest.raises(AddressError):
        encode_address(bytes(size), network)


@pytest.mark.parametrize("network", [ETHEREUM, TRON])
def test_only_bitcoins_family_writes_32_bytes(network: Network) -> None:
    with pytest.raises(AddressError):
        encode_address(bytes(32), network)


@pytest.mark.parametrize("prefix", ["", "0x", "0X"])
@pytest.mark.parametrize("network", NETWORKS.values(), ids=list(NETWORKS))
def test_hashes_have_one_form_however_they_come(network: Network, prefix: str) -> None:
    digits = "ab12" * 16
    expected = "0x" + digits if network in EVM else digits
    assert canonical_hash(prefix + digits, network) == expected
    assert canonical_hash(prefix + digits.upper(), network) == expected
    assert canonical_hash(expected, network) == expected


@pytest.mark.parametrize(
    "text",
    ["", "0x", "a" * 63, "a" * 65, "g" * 64, "0x0x" + "a" * 64, "a" * 64 + "\n",
     " " + "a" * 64, "\u0661" * 64, "0x" + "a" * 62],
)  # fmt: skip
def test_what_is_no_hash_is_refused(text: str) -> None:
    for network in (BITCOIN, ETHEREUM):
        with pytest.raises(HashError, match="64 hexadecimal digits"):
            canonical_hash(text, network)


@pytest.mark.parametrize(("network", "address"), LIVE)
def test_groups_of_four_are_the_address(network: Network, address: str) -> None:
    groups = grouped(canonical_address(address, network))
    assert "".join(groups) == address
    assert {len(group) for group in groups[:-1]} == {4}
    assert 1 <= len(groups[-1]) <= 4
