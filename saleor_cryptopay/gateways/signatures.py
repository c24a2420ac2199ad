"""Who sent this: HMAC-SHA256 over exactly the bytes that were received.

Fails closed. There is no switch that turns it off, an empty or short secret verifies
nothing, and nothing of the body is read before its signature is known to be ours.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Final

from saleor_cryptopay.core.errors import SignatureError

SHORTEST_SECRET: Final = 24
"""Bytes; a shorter secret can be guessed, so it counts as none."""

# One way to write it: a second spelling of a valid signature would be a forgery.
_HEADER: Final = re.compile(r"sha256=([0-9a-f]{64})", re.ASCII)


def has_usable_secret(secrets: Sequence[str]) -> bool:
    """Return whether one of the secrets is long enough to verify anything."""
    return bool(_keys(secrets))


def secret_mark(secret: str) -> str:
    """Return what tells a secret from others without telling anything about it."""
    return hashlib.sha256(b"saleor-cryptopay\0" + secret.encode()).hexdigest()[:8]


def verify_signature(header: str | None, body: bytes, secrets: Sequence[str]) -> str:
    """Check that one of the secrets signed exactly these bytes.

    Returns the mark of the secret that did (see `secret_mark`).

    Args:
        header: `sha256=` and 64 lower-case hexadecimal digits; None if there is none.
        body: as received.
        secrets: any of them will do, so that they can be changed without a gap.

    Raises:
        SignatureError: no header, not of this form, no usable secret, or no match.
    """
    mark, refusal = _judge(header, body, secrets)
    # An error drags its frames along, and reports of errors show what they hold.
    del secrets
    if refusal:
        raise SignatureError(refusal)
    return mark


def _judge(header: str | None, body: bytes, secrets: Sequence[str]) -> tuple[str, str]:
    """Return the mark of the secret that signed, and why none did; one is ""."""
    keys = _keys(secrets)
    if not keys:
        needed = f"of at least {SHORTEST_SECRET} bytes"
        return "", f"No webhook secret {needed} is configured."
    match = _HEADER.fullmatch(header or "")
    if match is None:
        return "", "The delivery carries no signature in the documented form."
    claimed = bytes.fromhex(match[1])
    # All of them, even after a match: the time taken does not tell which one fitted.
    matches = [hmac.compare_digest(_sign(key, body), claimed) for key in keys]
    if not any(matches):
        return "", "No configured webhook secret made this signature."
    return secret_mark(keys[matches.index(True)].decode()), ""


def _keys(secrets: Sequence[str]) -> list[bytes]:
    return [key for key in map(str.encode, secrets) if len(key) >= SHORTEST_SECRET]


def _sign(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")
