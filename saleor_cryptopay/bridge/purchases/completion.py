"""Turning a paid checkout into an order, for both payment APIs."""

from typing import Any

from django.core.exceptions import ValidationError
from saleor.checkout.complete_checkout import complete_checkout
from saleor.checkout.fetch import fetch_checkout_info, fetch_checkout_lines
from saleor.payment import PaymentError
from saleor.plugins.manager import get_plugins_manager

from saleor_cryptopay.bridge.app_row import ensure_app
from saleor_cryptopay.core.errors import ShopError


class CheckoutGoneError(Exception):
    """The checkout ceased to exist while it was being completed."""


def complete_paid_checkout(checkout: Any, source: Any) -> None:
    """Make the order, whoever else tries the same.

    Args:
        checkout: it is paid.
        source: the row that paid for it, with an `order_id`; read again to see
            whether somebody else made the order.

    Raises:
        ShopError: it is paid, but it cannot become an order; says why.
    """
    try:
        _complete(checkout)
    except (ValidationError, PaymentError, CheckoutGoneError) as error:
        source.refresh_from_db()
        if source.order_id is None:
            raise ShopError(_words(error)) from error


def _complete(checkout: Any) -> None:
    manager = get_plugins_manager(allow_replica=False)
    lines, unavailable = fetch_checkout_lines(checkout)
    if not lines:
        raise CheckoutGoneError("The checkout is empty or gone.")
    if unavailable:
        raise ValidationError("Some of the products are not available any more.")
    complete_checkout(
        manager,
        fetch_checkout_info(checkout, lines, manager),
        lines,
        payment_data={},
        store_source=False,
        user=checkout.user,
        app=ensure_app(),
    )


def _words(error: BaseException) -> str:
    """Return why, in Saleor's words.

    When a completion fails, Saleor asks for a refund, which is refused: the cause is
    then the error that was being handled.
    """
    if isinstance(error, PaymentError) and error.__context__ is not None:
        return _words(error.__context__)
    words = str(error)
    if isinstance(error, ValidationError):
        words = " ".join(error.messages)
    return f"The paid checkout cannot become an order: {words}"
