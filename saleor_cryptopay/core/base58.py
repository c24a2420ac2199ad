"""Base58check: bytes as text without 0, O, I and l, closed by four bytes of checksum.

The decoder undoes the encoder exactly: every accepted text is the only text of its
bytes, so the text itself can serve as identity.
"""

from hashlib import sha256
from typing import Final

from .errors import AddressError

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGITS: Final = {character: value for value, character in enumerate(_ALPHABET)}
_CHECKSUM_BYTES: Final = 4

# Longer than any address; decoding takes time that grows with the square.
_LONGEST: Final = 60


def encode_check(payload: bytes) -> str:
    """Write bytes as base58 with their checksum."""
    return _encode(payload + _checksum(payload))


def decode_check(text: str) -> bytes:
    """Return the bytes that `encode_check` wrote, without their checksum.

    Raises:
        AddressError: too long, a character that base58 leaves out, or a checksum
            that does not match. The message is the bare reason.
    """
    if len(text) > _LONGEST:
        raise AddressError("it is too long")
    data = _decode(text)
    payload, checksum = data[:-_CHECKSUM_BYTES], data[-_CHECKSUM_BYTES:]
    if _checksum(payload) != checksum:
        raise AddressError("its checksum does not match")
    return payload


def _checksum(payload: bytes) -> bytes:
    return sha256(sha256(payload).digest()).digest()[:_CHECKSUM_BYTES]


def _encode(data: bytes) -> str:
    number = int.from_bytes(data)
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = _ALPHABET[digit] + text
    return "1" * _leading_zeros(data) + text


def _decode(text: str) -> bytes:
    number = 0
    for character in text:
        if character not in _DIGITS:
            raise AddressError(f"it contains {character!a}, which base58 leaves out")
        number = number * 58 + _DIGITS[character]
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def _leading_zeros(data: bytes) -> int:
    return len(data) - len(data.lstrip(b"\0"))
