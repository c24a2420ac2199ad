"""From the token in an address to the payment it opens, in a statement or two."""

import re
from typing import Final

from django.db.models import F

from saleor_cryptopay.models import Payment, Transfer
from saleor_cryptopay.operations.runtime import Runtime
from saleor_cryptopay.operations.showing import stop_if_changed

from .figures import needs_check

# As `models.new_token` makes them: 24 random bytes in URL-safe base64.
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)

# A transfer's columns, under names that no column of a payment has.
_COLUMNS: Final = {
    f"transfer_{field.attname}": field.attname
    for field in Transfer._meta.concrete_fields  # noqa: SLF001 - a documented interface
}
_KEY: Final = "transfer_id"


def find_payment(token: str, runtime: Runtime) -> Payment | None:
    """Return the payment with the token; None for all others, whatever is wrong.

    A text that cannot be a token costs no statement. A payment whose address was
    changed behind our back is stopped here.
    """
    if not _TOKEN.fullmatch(token):
        return None
    payments = Payment.objects.select_related("address")
    payment = payments.filter(token=token).first()
    return None if payment is None else stop_if_changed(payment, runtime)


def find_with_transfers(
    token: str, runtime: Runtime
) -> tuple[Payment, list[Transfer]] | None:
    """Return what `find_payment` and `list_transfers` do, by a single statement.

    For polls: each transfer comes with a copy of its payment's row, and so few are
    there that this is cheaper than asking twice.
    """
    if not _TOKEN.fullmatch(token):
        return None
    columns = {name: F(f"transfers__{attname}") for name, attname in _COLUMNS.items()}
    payments = Payment.objects.select_related("address").annotate(**columns)
    rows = list(
        payments.filter(token=token).order_by("transfers__seen_at", "transfers__pk")
    )
    if not rows:
        return None
    transfers = [_transfer_of(row) for row in rows if getattr(row, _KEY) is not None]
    return stop_if_changed(rows[0], runtime), transfers


def _transfer_of(row: Payment) -> Transfer:
    values = [getattr(row, name) for name in _COLUMNS]
    return Transfer.from_db(row._state.db, list(_COLUMNS.values()), values)  # noqa: SLF001 - as from_db's documentation has it


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
