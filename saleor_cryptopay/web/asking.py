"""What the page asks the customer to send: sum, address, codes and clock."""

from datetime import UTC, datetime

from django.utils.formats import date_format, time_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from saleor_cryptopay.core.addresses import grouped
from saleor_cryptopay.core.uris import payment_uri
from saleor_cryptopay.models import Address, Payment
from saleor_cryptopay.operations.lateness import is_over

from .figures import Figures, iso
from .prices import describe_price
from .qr import qr_svg
from .status import qr_text


def describe_request(
    payment: Payment, figures: Figures, now: datetime
) -> dict[str, object] | None:
    """Return what the customer is asked to send, and where to; None if nothing."""
    address = figures.address
    if address is None or not figures.is_payable:
        return None
    asset, due = address.asset, figures.due
    uri = payment_uri(asset, address.address, due)
    return {
        "amount": figures.coins(due),
        "asset": asset,
        "is_rest": figures.received > 0,
        "address": address.address,
        "groups": grouped(address.address),
        "wallet_uri": uri if ":" in uri else "",
        "qr": _drawn(qr_text(address, due)),
        **_deadline(payment, address, now),
        **describe_price(payment, address, figures.rate, now),
    }


def _deadline(payment: Payment, address: Address, now: datetime) -> dict[str, object]:
    """Return the clock to show: the quote's as long as it runs, then the payment's."""
    lapses = address.quote_expires_at
    is_quote = lapses is not None and now < lapses < payment.expires_at
    moment = lapses if lapses is not None and is_quote else payment.expires_at
    return {
        "deadline": iso(moment),
        "deadline_text": when_text(moment),
        "is_quote_deadline": is_quote,
        "has_clock": is_quote or _ends_at_deadline(payment),
    }


def _ends_at_deadline(payment: Payment) -> bool:
    """Return whether coins are asked for until the payment's deadline and no longer.

    Coins on their way stop its clock where late ones count.
    """
    return is_over(payment, payment.expires_at)


def when_text(moment: datetime) -> str:
    """Write a time for people, in the active language and UTC."""
    moment = moment.astimezone(UTC)
    when = f"{date_format(moment)}, {time_format(moment, 'H:i')}"
    return gettext("%(when)s UTC") % {"when": when}


def _drawn(text: str) -> SafeString:
    return mark_safe(qr_svg(text))  # noqa: S308 - drawn here, and text is not in it
