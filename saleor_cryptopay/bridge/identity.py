"""The names by which Saleor knows us. Storefronts rely on them."""

from typing import Final

PLUGIN_ID: Final = "saleor_cryptopay"
PLUGIN_NAME: Final = "Cryptocurrency payments"
PLUGIN_PATH: Final = f"/plugins/global/{PLUGIN_ID}/"

# A payment's reference is a transaction's token, or this and the key of a row of the
# Payments API.
PAYMENT_PREFIX: Final = "payment:"


def payment_reference(key: int) -> str:
    """Return the reference of a payment that came through the Payments API."""
    return f"{PAYMENT_PREFIX}{key}"


def payment_key(reference: str) -> int | None:
    """Return the key of the row of the Payments API, or None for a transaction's."""
    prefix, found, key = reference.partition(PAYMENT_PREFIX)
    return int(key) if found and not prefix and key.isdecimal() else None
