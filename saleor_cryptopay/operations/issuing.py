"""Writing down which address was issued for an intent: each address once.

Coins are told apart by where they arrive. An address that two payments share would
credit one with what was paid for the other.
"""

import logging
from datetime import datetime

from django.db import IntegrityError, transaction

from saleor_cryptopay.core.errors import TerminalError
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.models import Address

from . import integrity

logger = logging.getLogger(__name__)


def store_address(
    intent: Address, gateway_id: str, address: str, now: datetime
) -> None:
    """Give an intent its address; the caller holds its payment's lock.

    Args:
        intent: a row without an address.
        gateway_id: the gateway's id of the address, or "".
        address: in canonical form.
        now: aware UTC.

    Raises:
        TerminalError: the address was given before; nothing is stored.
    """
    intent.gateway_id, intent.address, intent.issued_at = gateway_id, address, now
    integrity.seal(intent)
    try:
        with transaction.atomic():
            intent.save(update_fields=["gateway_id", "address", "issued_at", "mac"])
    except IntegrityError:
        _report(intent)
        raise TerminalError(
            "The gateway gave an address that it had given before.", code="GIVEN_TWICE"
        ) from None


def _report(intent: Address) -> None:
    given = Address.objects.get(network=intent.network, address=intent.address)
    logger.error(
        "cryptopay.E113: the gateway gave payment %s the address that payment %s has"
        " already: it is not used.",
        intent.payment_id,
        given.payment_id,
        extra=about(
            event="cryptopay.E113", payment=intent.payment_id, network=intent.network
        ),
    )
