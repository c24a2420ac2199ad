"""From the token in an address to the payment it opens. Two statements, no more."""

import re
from typing import Final

from saleor_cryptopay.models import Payment, Transfer
from saleor_cryptopay.operations.runtime import Runtime

from .figures import needs_check

# As `models.new_token` makes them: 24 random bytes in URL-safe base64.
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)


def find_payment(token: str) -> Payment | None:
    """Return the payment with the token; None for all others, whatever is wrong.

    A text that cannot be a token costs no statement.
    """
    if not _TOKEN.fullmatch(token):
        return None
    return Payment.objects.select_related("address").filter(token=token).first()


def list_transfers(payment: Payment) -> list[Transfer]:
    """Return the payment's transfers, oldest first."""
    if payment.address_id is None:  # coins need an address to come to
        return []
    return list(payment.transfers.order_by("seen_at", "pk"))


def check_if_stale(payment: Payment, runtime: Runtime) -> None:
    """Have a payment that somebody looks at compared with the gateway, if it is due.

    So expiry and lost webhooks do not hang on the schedule alone.
    """
    if needs_check(payment, runtime.clock()):
        runtime.jobs.check_payment(payment.id)
