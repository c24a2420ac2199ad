"""The journal: a log line for each step of a payment or refund, once committed."""

import logging
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.db import transaction

from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.models import Entry, Refund, RefundEntry

logger = logging.getLogger(__name__)


def note_when_committed(entry: Entry, payment_ids: Sequence[UUID]) -> None:
    """Have an entry of the ledger written to the log when the transaction has ended.

    Args:
        entry: what happened; lines are written only where it moved the payment.
        payment_ids: whose it is; several where a batch moved alike.
    """
    if entry.state_before != entry.state_after and logger.isEnabledFor(logging.INFO):
        transaction.on_commit(partial(_note, entry, payment_ids), robust=True)


def _note(entry: Entry, payment_ids: Sequence[UUID]) -> None:
    transfer = entry.transfer
    for payment_id in payment_ids:
        logger.info(
            "Payment %s: %s, from %s to %s",
            payment_id,
            entry.event,
            entry.state_before,
            entry.state_after,
            extra=about(
                event=f"payment.{entry.state_after}",
                payment=payment_id,
                transfer=transfer.gateway_id if transfer else "",
                network=transfer.network if transfer else "",
            ),
        )


def note_refund_when_committed(entry: RefundEntry, refund: Refund) -> None:
    """Have a step of a refund written to the log when the transaction has ended."""
    transaction.on_commit(partial(_note_refund, entry, refund), robust=True)


def _note_refund(entry: RefundEntry, refund: Refund) -> None:
    logger.info(
        "Refund %s: %s, now %s",
        refund.pk,
        entry.event,
        entry.state_after,
        extra=about(
            event=f"refund.{entry.state_after}",
            refund=refund.pk,
            payment=refund.payment_id,
            network=refund.network,
        ),
    )
