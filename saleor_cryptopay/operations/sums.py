"""What the coins of a payment come to.

Added up from its transfers each time: under the payment's lock where something is
decided by it, as the ledger does.
"""

from collections.abc import Iterable
from fractions import Fraction

from saleor_cryptopay.core.events import TransferStatus
from saleor_cryptopay.core.shares import Part, received_units
from saleor_cryptopay.models import Payment, Transfer


def sums(payment: Payment) -> tuple[Fraction, Fraction]:
    """Return (final, underway) of the payment's counted transfers.

    In base units of its quote: fractions where coins count at another rate.
    """
    return add_up(payment, list_counted(payment))


def list_counted(payment: Payment) -> list[Transfer]:
    """Return the payment's transfers that count, whatever became of them."""
    return list(payment.transfers.filter(verdict=Transfer.Verdict.COUNTED))


def add_up(payment: Payment, counted: Iterable[Transfer]) -> tuple[Fraction, Fraction]:
    """Do what `sums` does, of transfers that were read already."""
    final: list[Part] = []
    underway: list[Part] = []
    asked = payment.address.units if payment.address else 1
    for transfer in counted:
        part = Part(transfer.units, transfer.asked_units or asked)
        if transfer.is_final:
            final.append(part)
        elif not TransferStatus(transfer.status).is_gone:
            underway.append(part)
    return received_units(final, asked), received_units(underway, asked)
