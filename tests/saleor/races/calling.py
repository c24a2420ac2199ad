"""The program that makes every call to the gateway, over real HTTP, one at a time.

Who answers looks at the same moment whether a transaction is open in the database.
"""

from typing import Any

from django.db import transaction
from saleor.checkout.models import Checkout

from saleor_cryptopay.bridge.active import active_runtime
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations import reconciliation, registration

from . import moves
from .goods import USDT, Shop
from .inside import SaleorInside, switch_on


def main(api_url: str, staff: str) -> Any:
    """Return how many payments have got an address.

    The last call of all is made with a transaction open, to see that it is noticed.
    """
    switch_on(api_url)
    shop = Shop(SaleorInside(staff))
    for purchase in (shop.checkout(), shop.order()):
        moves.initialize(shop, purchase)
    older = shop.open_row(shop.checkout())
    moves.complete(shop, older)
    runtime = active_runtime()
    assert runtime is not None
    issued = list(Payment.objects.exclude(address=None))
    for payment in issued:
        reconciliation.check_payment(payment.pk, runtime)
    reconciliation.reconcile(runtime)
    registration.keep_registered(runtime)
    with transaction.atomic():
        Checkout.objects.select_for_update().first()
        runtime.gateway.create_address(USDT, label="", metadata={})
    return {"issued": len(issued)}
