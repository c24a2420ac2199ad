"""Adoption: addresses that the gateway made for us while its reply was lost.

The intent is in our books, the address only in the gateway's. What brings the two
together is the metadata that was sent along; it is believed only so far as it names an
intent that still waits, and the address itself is asked for again and checked like any
other.
"""

import logging
from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from saleor_cryptopay.core.addresses import canonical_address
from saleor_cryptopay.core.errors import AddressError, RetryableError, TerminalError
from saleor_cryptopay.core.events import AddressReported, TransferReported
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.gateways.base import Environment
from saleor_cryptopay.models import Address

from . import ledger
from .issuing import store_address
from .opening import ASKING
from .runtime import Runtime

logger = logging.getLogger(__name__)


def adopt(address_id: str, metadata: Mapping[str, str], runtime: Runtime) -> bool:
    """Take an address of the gateway's for the intent that its metadata names.

    Returns whether it was taken; False where no intent waits for it.

    Raises:
        RetryableError: someone may still be waiting for the reply; or no answer now.
        TerminalError: the gateway does not know it, it is none of its network, or it is
            another payment's.
    """
    waiting = _waiting(metadata, runtime)
    if not waiting or not address_id:
        return False
    found = runtime.gateway.fetch_address(address_id)
    if found.metadata.get("payment", metadata["payment"]) != metadata["payment"]:
        return False
    for intent in waiting:
        if (intent.network, intent.asset.coin) == (found.network, found.coin):
            return _take(intent, found, runtime)
    return False


def adopt_for(report: TransferReported, runtime: Runtime) -> bool:
    """Adopt the address of coins that came to none of ours; see `adopt`.

    What cannot be adopted now leaves the report unmatched, for a later poll.
    """
    try:
        return adopt(report.address_id or report.address, report.metadata, runtime)
    except (RetryableError, TerminalError) as error:
        logger.warning(
            "Transaction %s: %s",
            report.transaction_id,
            error,
            extra=about(transfer=report.transaction_id, network=report.network),
        )
        return False


def _waiting(metadata: Mapping[str, str], runtime: Runtime) -> list[Address]:
    try:
        payment_id = UUID(metadata.get("payment", ""))
    except ValueError:
        return []
    intents = Address.objects.filter(
        payment=payment_id,
        payment__gateway=runtime.gateway.name,
        payment__environment=runtime.gateway.environment,
        address="",
    )
    return list(intents)


def _take(intent: Address, found: AddressReported, runtime: Runtime) -> bool:
    now = runtime.clock()
    text = _checked(intent, found, runtime)
    with transaction.atomic():
        payment = ledger.lock_payment(intent.payment_id)
        intent = Address.objects.get(pk=intent.pk)
        if intent.address:
            return False
        if intent.asked_at is not None and intent.asked_at > now - ASKING:
            raise RetryableError("Its reply may still be on the way.")
        store_address(intent, found.address_id, text, now)
        if payment.address_id is None:
            payment.address = intent
            payment.save(update_fields=["address"])
    logger.warning(
        "Address %s of payment %s was adopted.",
        intent.pk,
        payment.pk,
        extra=about(payment=payment.pk, network=intent.network),
    )
    return True


def _checked(intent: Address, found: AddressReported, runtime: Runtime) -> str:
    is_test = runtime.gateway.environment is Environment.TEST
    try:
        return canonical_address(found.address, intent.asset.network, is_test=is_test)
    except AddressError as error:
        raise TerminalError(f"The gateway's address is none: {error}") from None
