"""Webhooks of the gateway: a body in any documented form becomes one fact.

The envelope is `{"event": kind, "data": {…}}`, on one page `{"type": kind, …}`, on
another `{"event": {"type": kind}, …}`. Kinds and statuses that nobody documents become
UnknownReported: kept, never guessed at.
"""

from typing import Final

from saleor_cryptopay.core.errors import MalformedError
from saleor_cryptopay.core.events import (
    AddressReported,
    GatewayEvent,
    TransferStatus,
    UnknownReported,
    WithdrawalReported,
)
from saleor_cryptopay.gateways.documents import Fields, read_document

from .names import plain_coin
from .replies import is_incoming, read_status, read_transfer

SIGNATURE_HEADER: Final = "x-gateway-signature"
LARGEST_BODY: Final = 64 * 1024
"""Bytes."""

EVENTS: Final = (
    "transaction.detected",
    "transaction.confirmed",
    "transaction.failed",
    "address.created",
    "withdrawal.created",
    "withdrawal.confirmed",
    "withdrawal.completed",
    "withdrawal.failed",
    "withdrawal.status_changed",
)
"""What we ask to be told: everything documented that `parse_delivery` understands."""

# What the kind says of a transaction whose data does not say it.
_STATUS_OF_KIND: Final = {
    "transaction.detected": TransferStatus.PENDING,
    "transaction.confirmed": TransferStatus.CONFIRMED,
    "transaction.failed": TransferStatus.FAILED,
}


def parse_delivery(body: bytes) -> GatewayEvent:
    """Turn a verified body into a fact.

    Raises:
        MalformedError: not JSON, hostile JSON, too large, or in no documented form.
    """
    envelope = Fields(read_document(body, LARGEST_BODY), "a webhook")
    event = envelope.raw("event")
    if isinstance(event, dict):
        kind = Fields(event, "an event").text("type")
    else:
        kind = envelope.text("event", "type")
    data = envelope.raw("data")
    if kind.startswith("transaction."):
        return _transaction(kind, data)
    if kind == "address.created":
        return read_address(data)
    if kind.startswith("withdrawal."):
        return _withdrawal(kind, data)
    return UnknownReported(kind)


def _transaction(kind: str, data: object) -> GatewayEvent:
    fields = Fields(data, "a transaction")
    status = read_status(fields, _STATUS_OF_KIND.get(kind, ""))
    if status not in set(TransferStatus) or not is_incoming(fields):
        return UnknownReported(kind)
    return read_transfer(data, status)


def read_address(data: object) -> AddressReported:
    """Read an address of the gateway's, as told or as asked for."""
    fields = Fields(data, "an address")
    network = fields.text("network").lower()
    return AddressReported(
        address_id=fields.text("id", "address_id"),
        address=fields.text("address"),
        network=network,
        coin=plain_coin(fields.optional_text("coin"), network),
        metadata=fields.labels("metadata"),
    )


def _withdrawal(kind: str, data: object) -> WithdrawalReported:
    fields = Fields(data, "a withdrawal")
    status = read_status(fields, kind.partition(".")[2])
    if status == "status_changed":
        raise MalformedError("A withdrawal changed its status, and no status is told.")
    return WithdrawalReported(
        withdrawal_id=fields.text("id"),
        status=status,
        hash=fields.optional_text("transaction_hash", "hash"),
    )
