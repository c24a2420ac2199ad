"""Whether an address is still the one that was issued for this payment.

A code over everything that a customer is asked to do (to send how much of what where,
for which payment) is made at issue, with a key that the database does not hold. It is
checked before an address is shown and before coins are credited: whoever changes a row
behind the plugin's back stops the payment instead of diverting it.
"""

import json
import logging
from collections.abc import Iterable, Iterator
from typing import Final

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_noop

from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.models import Address, Payment, Refund

logger = logging.getLogger(__name__)

_SALT: Final = "saleor_cryptopay.operations.integrity"

_REFUND_SALT: Final = f"{_SALT}.refund"

CHANGED: Final = gettext_noop(
    "the record of its address was changed after it was issued"
)
REFUND_CHANGED: Final = gettext_noop(
    "its record was changed after the address was named"
)


def seal(address: Address) -> None:
    """Put the code for what the row says now onto it; the caller saves the row.

    Call it where an address is issued or its quote renewed, and nowhere else.
    """
    address.mac = _code(address.payment, address, settings.SECRET_KEY)


def is_intact(payment: Payment, address: Address) -> bool:
    """Return whether the row still says what it said when it was sealed.

    Codes made with one of Django's `SECRET_KEY_FALLBACKS` are good as well.

    Args:
        payment: the one that is to be shown or credited.
        address: the one it is to be paid to.
    """
    if payment.pk != address.payment_id:
        return False
    return any(
        constant_time_compare(address.mac, _code(payment, address, key))
        for key in _keys()
    )


def report_changed(payment: Payment, address: Address) -> None:
    """Write the alarm to the log: someone or something changed a row."""
    logger.error(
        "cryptopay.E101: the record of address %s of payment %s does not bear its"
        " seal: nothing is shown or credited.",
        address.pk,
        payment.pk,
        extra=about(
            event="cryptopay.E101", payment=payment.pk, network=address.network
        ),
    )


def reseal(addresses: Iterable[Address]) -> tuple[int, int]:
    """Seal intact rows anew with the present key, after `SECRET_KEY` was changed.

    Returns (sealed, left alone because they are not intact).
    """
    sealed = changed = 0
    for address in addresses:
        if is_intact(address.payment, address):
            # A row that changed since it was read bears a new code already.
            unchanged = Address.objects.filter(pk=address.pk, mac=address.mac)
            seal(address)
            unchanged.update(mac=address.mac)
            sealed += 1
        else:
            report_changed(address.payment, address)
            changed += 1
    return sealed, changed


def seal_refund(refund: Refund) -> None:
    """Put the code for where a refund goes onto it; the caller saves the row.

    Call it where the address is named, and nowhere else.
    """
    refund.mac = _refund_code(refund, settings.SECRET_KEY)


def is_refund_intact(refund: Refund) -> bool:
    """Return whether a refund still says what it said when its address was named."""
    return any(
        constant_time_compare(refund.mac, _refund_code(refund, key)) for key in _keys()
    )


def report_changed_refund(refund: Refund) -> None:
    """Write the alarm to the log: someone or something changed a refund's row."""
    logger.error(
        "cryptopay.E701: the record of refund %s does not bear its seal: nothing is"
        " sent.",
        refund.pk,
        extra=about(event="cryptopay.E701", refund=refund.pk, network=refund.network),
    )


def reseal_refunds(refunds: Iterable[Refund]) -> tuple[int, int]:
    """Do for refunds what `reseal` does for addresses."""
    sealed = changed = 0
    for refund in refunds:
        if is_refund_intact(refund):
            unchanged = Refund.objects.filter(pk=refund.pk, mac=refund.mac)
            seal_refund(refund)
            unchanged.update(mac=refund.mac)
            sealed += 1
        else:
            report_changed_refund(refund)
            changed += 1
    return sealed, changed


def _keys() -> Iterator[str | bytes]:
    yield settings.SECRET_KEY
    yield from getattr(settings, "SECRET_KEY_FALLBACKS", ())


def _code(payment: Payment, address: Address, key: str | bytes) -> str:
    # Each part as a text of its own, so that no two rows can come to the same.
    parts = (
        str(payment.pk),
        payment.reference,
        payment.environment,
        f"{payment.total:.3f}",
        payment.currency,
        address.network,
        address.asset_key,
        address.gateway_id,
        address.address,
        str(address.units),
        str(address.minimum_units),
        f"{address.rate:.18f}",
    )
    return _sign(_SALT, parts, key)


def _refund_code(refund: Refund, key: str | bytes) -> str:
    parts = (
        str(refund.pk),
        str(refund.payment_id),
        refund.payment.environment,
        refund.source,
        f"{refund.amount:.3f}",
        refund.asset_key,
        refund.network,
        str(refund.units),
        str(refund.fee_units),
        refund.address,
    )
    return _sign(_REFUND_SALT, parts, key)


def _sign(salt: str, parts: tuple[str, ...], key: str | bytes) -> str:
    mac = salted_hmac(salt, json.dumps(parts), secret=key, algorithm="sha256")
    return str(mac.hexdigest())
