"""Base58check: one text for each run of bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_cryptopay.core.base58 import decode_check, encode_check
from saleor_cryptopay.core.errors import AddressError

# The first block's payee, and the worked example of bitcoin's address format.
PUBLISHED = {
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa": "0062e907b15cbf27d5425399ebf6f0fb50ebb88f18",
    "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH": "00751e76e8199196d454941c45d1b3a323f1433bd6",
    "1111111111111111111114oLvT2": "000000000000000000000000000000000000000000",
}


@pytest.mark.parametrize(("text", "payload"), PUBLISHED.items())
def test_published_texts_stand_for_their_bytes(text: str, payload: str) -> None:
    assert decode_check(text).hex() == payload
    assert encode_check(bytes.fromhex(payload)) == text


@given(st.binary(max_size=36))
def test_bytes_are_read_back(payload: bytes) -> None:
    assert decode_check(encode_check(payload)) == payload


@given(st.binary(min_size=21, max_size=21), st.integers(1, 3))
def test_leading_ones_cannot_be_added(payload: bytes, count: int) -> None:
    with pytest.raises(AddressError):
        decode_check("1" * count + encode_check(payload))


@pytest.mark.parametrize("text", ["", "1", "1111", "0", "O", "I", "l", "é", "1" * 61])
def test_what_is_no_base58check_is_refused(text: str) -> None:
    with pytest.raises(AddressError):
        decode_check(text)


def test_the_character_left_out_is_named() -> None:
    with pytest.raises(AddressError, match="'0'"):
        decode_check("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfN0")
