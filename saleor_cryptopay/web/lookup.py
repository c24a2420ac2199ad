"""From the token in an address to the payment it opens, in a statement or two."""

import re
from dataclasses import dataclass
from typing import Final, TypeVar

from django.db.models import F

from saleor_cryptopay.models import Payment, Refund, Transfer
from saleor_cryptopay.operations.runtime import Runtime
from saleor_cryptopay.operations.showing import stop_if_changed

from .figures import needs_check

# As `models.new_token` makes them: 24 random bytes in URL-safe base64.
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)

_ORDER: Final = (
    *("transfers__seen_at", "transfers__pk"),
    *("refunds__asked_at", "refunds__key"),
)

_Row = TypeVar("_Row", Transfer, Refund)


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


@dataclass(frozen=True, slots=True)
class Found:
    """A payment with all that its page tells of: one statement's worth."""

    payment: Payment
    transfers: list[Transfer]
    refunds: list[Refund]


def find_whole(token: str, runtime: Runtime) -> Found | None:
    """Return what `find_payment` and the lists do, by a single statement.

    For polls: each row comes with copies of the others, and so few are there that this
    is cheaper than asking three times.
    """
    if not _TOKEN.fullmatch(token):
        return None
    columns = {**_columns("transfers", Transfer), **_columns("refunds", Refund)}
    payments = Payment.objects.select_related("address").annotate(**columns)
    rows = list(payments.filter(token=token).order_by(*_ORDER))
    if not rows:
        return None
    return Found(
        payment=stop_if_changed(rows[0], runtime),
        transfers=_read(rows, "transfers", Transfer),
        refunds=_read(rows, "refunds", Refund),
    )


def _columns(relation: str, model: type[Transfer | Refund]) -> dict[str, F]:
    """Name a related row's columns as no column of a payment is named."""
    return {f"{relation}_{name}": F(f"{relation}__{name}") for name in _names(model)}


def _names(model: type[Transfer | Refund]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001 - a documented interface


def _read(rows: list[Payment], relation: str, model: type[_Row]) -> list[_Row]:
    """Return the rows of a relation, each once, in the order they came."""
    names, found = _names(model), {}
    for row in rows:
        key = getattr(row, f"{relation}_id")
        if key is not None and key not in found:
            values = [getattr(row, f"{relation}_{name}") for name in names]
            found[key] = model.from_db(row._state.db, names, values)  # noqa: SLF001 - as from_db's documentation has it
    return list(found.values())


def list_transfers(payment: Payment) -> list[Transfer]:
    """Return the payment's transfers, oldest first."""
    if payment.address_id is None:  # coins need an address to come to
        return []
    return list(payment.transfers.order_by("seen_at", "pk"))


def list_refunds(payment: Payment) -> list[Refund]:
    """Return the payment's refunds, oldest first, and by key those of one moment."""
    if payment.address_id is None:  # nothing came that could go back
        return []
    return list(payment.refunds.order_by("asked_at", "key"))


def check_if_stale(payment: Payment, runtime: Runtime) -> None:
    """Have a payment that somebody looks at compared with the gateway, if it is due.

    So expiry and lost webhooks do not hang on the schedule alone.
    """
    if needs_check(payment, runtime.clock()):
        runtime.jobs.check_payment(payment.id)
