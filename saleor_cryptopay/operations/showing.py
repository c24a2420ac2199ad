"""What happens before a payment is shown to anybody."""

from saleor_cryptopay.core.states import PaymentEvent
from saleor_cryptopay.models import Payment

from . import integrity, ledger
from .runtime import Runtime


def stop_if_changed(payment: Payment, runtime: Runtime) -> Payment:
    """Return the payment as it stands, stopped if its address was changed.

    Whoever shows it must look at `integrity.is_intact` as well: a payment that is
    past stopping keeps its state, and its address is hidden all the same.

    Args:
        payment: with `address` loaded.
        runtime: see `runtime.Runtime`.
    """
    address = payment.address
    if address is None or integrity.is_intact(payment, address):
        return payment
    integrity.report_changed(payment, address)
    stopped = ledger.record_event(
        payment.pk, PaymentEvent.REVIEW_RAISED, runtime, note=integrity.CHANGED
    )
    payment.state = stopped.state
    return payment
