"""The published vectors of BIP-173 and BIP-350."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_cryptopay.core.bech32 import SegwitAddress, parse_segwit
from saleor_cryptopay.core.errors import AddressError

# Addresses and the scripts they stand for.
VALID = {
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4": (
        "0014751e76e8199196d454941c45d1b3a323f1433bd6"
    ),
    "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7": (
        "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262"
    ),
    "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y": (
        "5128751e76e8199196d454941c45d1b3a323f1433bd6"
        "751e76e8199196d454941c45d1b3a323f1433bd6"
    ),
    "BC1SW50QGDZ25J": "6002751e",
    "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs": "5210751e76e8199196d454941c45d1b3a323",
    "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy": (
        "0020000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433"
    ),
    "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c": (
        "5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433"
    ),
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0": (
        "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    ),
}

# Addresses, and the reason that has to be named.
INVALID = {
    # BIP-350
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd": "wrong kind",
    "tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf": "wrong kind",
    "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL": "wrong kind",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh": "wrong kind",
    "tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47": "wrong kind",
    "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4": "leaves out",
    "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R": "version 17",
    "bc1pw5dgrnzv": "1 bytes",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav": (
        "41 bytes"
    ),
    "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P": "16 bytes",
    "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq": "mixes",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf": "padding",
    "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j": "padding",
    "bc1gmk9yu": "too short",
    # BIP-173
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5": "does not match",
    "BC13W508D6QEJXTDG4Y5R3ZARVARY0C5XW7KN40WF2": "version 17",
    "bc1rw5uspcuh": "wrong kind",
    "bc10w508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kw5rljs90": (
        "wrong kind"
    ),
    "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sL5k7": "mixes",
    "bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du": "wrong kind",
    "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3pjxtptv": "padding",
    # BIP-173's addresses of version 1 and above, which BIP-350 took back
    "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7k7grplx": (
        "wrong kind"
    ),
    "BC1SW50QA3JX3S": "wrong kind",
    "bc1zw508d6qejxtdg4y5r3zarvaryvg6kdaj": "wrong kind",
}

# Texts that are not even bech32 or bech32m.
BROKEN = [
    "\x201xj0phk", "\x7f1g6xzxy", "\x801vctc34", "\x201nwldj5", "\x7f1axkwrx",
    "\x801eym55h", "pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3",
    "de1lg7wt\xff", "A1G7SGD8", "10a06t8", "1qzzfhee", "qyrz8wqd2c9m",
    "1qyrz8wqd2c9m", "y1b0jsk6g", "lt1igcx5c0", "in1muywd", "mm1crxm3i",
    "au1s5cgom", "M1VUXWEZ", "16plkw9", "1p2gdwpf",
    ("an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcluded"
     "charactersbio1569pvx"),
    ("an84characterslonghumanreadablepartthatcontainsthetheexcludedcharacters"
     "bioandnumber11d6pts4"),
]  # fmt: skip


def _script(address: SegwitAddress) -> str:
    opcode = 0x50 + address.version if address.version else 0
    return (bytes([opcode, len(address.program)]) + address.program).hex()


@pytest.mark.parametrize(("text", "script"), VALID.items())
def test_published_addresses_stand_for_their_scripts(text: str, script: str) -> None:
    address = parse_segwit(text)
    assert _script(address) == script
    assert str(address) == text.lower()


@pytest.mark.parametrize(("text", "reason"), INVALID.items())
def test_published_mistakes_are_refused_for_their_reason(
    text: str, reason: str
) -> None:
    with pytest.raises(AddressError, match=reason):
        parse_segwit(text)


@pytest.mark.parametrize("text", BROKEN)
def test_published_broken_texts_are_refused(text: str) -> None:
    with pytest.raises(AddressError):
        parse_segwit(text)


def test_the_prefix_is_told_for_the_caller_to_judge() -> None:
    text = "tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut"
    assert parse_segwit(text).prefix == "tc"


@given(
    st.sampled_from(["bc", "tb", "ltc", "tltc"]),
    st.integers(min_value=1, max_value=16),
    st.binary(min_size=2, max_size=40),
)
def test_every_program_is_read_back(prefix: str, version: int, program: bytes) -> None:
    address = SegwitAddress(prefix, version, program)
    assert parse_segwit(str(address)) == address
    assert parse_segwit(str(address).upper()) == address
