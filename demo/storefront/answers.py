"""Reading what the plugin answers to a storefront, the same from every shop."""

from typing import Any

from .shops import OpenPayment


def open_payment(transaction: str, data: dict[str, Any]) -> OpenPayment:
    """Read `data.payment` of `transactionInitialize`."""
    return OpenPayment(
        transaction=transaction,
        page_url=data["page_url"],
        status_url=data["status_url"],
        address=data["address"],
        amount=data["amount"],
        symbol=data["coin"].upper(),
    )
