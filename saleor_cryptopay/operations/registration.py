"""Registration: having the gateway call us, and again when it has forgotten."""

import logging
from typing import Final

from saleor_cryptopay.gateways.base import Connection, Webhook

from .runtime import Runtime

logger = logging.getLogger(__name__)

# What a key may do beyond what taking payments needs.
DANGEROUS: Final[tuple[str, ...]] = ("withdrawals:create", "withdraws:create", "*")


def keep_registered(runtime: Runtime) -> Webhook:
    """See to it that the gateway sends its events to our door; again is harmless.

    Raises:
        GatewayError: it did not answer, or refuses.
    """
    return runtime.gateway.register_webhook(webhook_url(runtime))


def webhook_url(runtime: Runtime) -> str:
    """Return the absolute address of our door."""
    return f"{runtime.base_url}webhooks/{runtime.gateway.name}/"


def warn_of_permissions(connection: Connection) -> list[str]:
    """Return, and write to the log, what the key may do that could cost money.

    Whoever steals such a key can send the merchant's coins away.
    """
    excess = [name for name in DANGEROUS if name in connection.permissions]
    if excess:
        logger.warning(
            "cryptopay.W105: the gateway key may do more than payments need: %s. Use"
            " a key that can only make addresses, read transactions and set webhooks.",
            ", ".join(excess),
        )
    return excess
