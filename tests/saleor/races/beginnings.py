"""What is raced on: checkouts and orders, each at some point of its way."""

from dataclasses import replace

from saleor.checkout.models import Checkout
from saleor.order import OrderStatus
from saleor.order.models import Order

from saleor_cryptopay.core.events import TransferStatus
from saleor_cryptopay.operations import outbox
from saleor_cryptopay.operations.runtime import Policy, Runtime

from .goods import LONG_AGO, Purchase, Shop, total_of


def paid_checkout(shop: Shop) -> Purchase:
    """Make a checkout whose coins are final; Saleor is still to be told."""
    return pay(shop, shop.open(shop.checkout()), shop.runtime)


def manual_checkout(shop: Shop) -> Purchase:
    """Make such a checkout of a merchant who completes checkouts himself."""
    return pay(shop, shop.open(shop.checkout()), manual(shop.runtime))


def paid_order(shop: Shop) -> Purchase:
    """Make an order whose coins are final; Saleor is still to be told."""
    return pay(shop, shop.open(shop.order()), manual(shop.runtime))


def paid_gift_card_order(shop: Shop) -> Purchase:
    """Make such an order of gift cards, that Saleor hands out once it is told."""
    return pay(shop, shop.open(shop.gift_card_order()), manual(shop.runtime))


def told_checkout(shop: Shop) -> Purchase:
    """Make a checkout that Saleor calls paid in part, with the rest to be told."""
    return pay_in_parts(shop, shop.open(shop.checkout()), shop.runtime)


def told_order(shop: Shop) -> Purchase:
    """Make an order that Saleor calls paid in part, with the rest to be told."""
    return pay_in_parts(shop, shop.open(shop.order()), manual(shop.runtime))


def shared_checkout(shop: Shop) -> Purchase:
    """Make a checkout that two gateways are paid for."""
    return shop.open_other(manual_checkout(shop))


def shared_order(shop: Shop) -> Purchase:
    """Make an order that two gateways are paid for."""
    return shop.open_other(paid_order(shop))


def old_checkout(shop: Shop) -> Purchase:
    """Make a checkout that Saleor takes for abandoned, with coins to be told."""
    purchase = paid_checkout(shop)
    then = shop.runtime.clock() - LONG_AGO
    Checkout.objects.filter(pk=purchase.source.pk).update(last_change=then)
    return purchase


def bare_old_checkout(shop: Shop) -> Purchase:
    """Make an abandoned checkout without a transaction."""
    return shop.checkout(age=LONG_AGO)


def bare_old_order(shop: Shop) -> Purchase:
    """Make an unconfirmed order that Saleor is about to expire."""
    purchase = shop.order()
    then = shop.runtime.clock() - LONG_AGO
    Order.objects.filter(pk=purchase.source.pk).update(
        created_at=then, status=OrderStatus.UNCONFIRMED
    )
    return purchase


def seen_checkout(shop: Shop) -> Purchase:
    """Make a checkout whose coins are on their way, with a shop that trusts them."""
    return _see(shop, trusting(shop.runtime))


def lost_checkout(shop: Shop) -> Purchase:
    """Make a checkout whose trusted coins did not come: the loss is to be told."""
    runtime = trusting(manual(shop.runtime))
    purchase = _see(shop, runtime)
    outbox.deliver_effects(runtime)
    shop.observe(purchase.coins[0], TransferStatus.FAILED, runtime)
    return purchase


def reversed_checkout(shop: Shop) -> Purchase:
    """Make a checkout whose credited coins disappeared: that is to be told."""
    return reverse(shop, manual_checkout(shop))


def reversed_order(shop: Shop) -> Purchase:
    """Make an order whose credited coins disappeared: that is to be told."""
    return reverse(shop, paid_order(shop))


def overdue_order(shop: Shop) -> Purchase:
    """Make an order that nobody has paid in time."""
    clock = shop.runtime.clock
    then = replace(shop.runtime, clock=lambda: clock() - LONG_AGO)
    return shop.open(shop.order(), then)


def overdue_shared_order(shop: Shop) -> Purchase:
    """Make an overdue order that another gateway is paid for."""
    return shop.open_other(overdue_order(shop))


def waiting_order(shop: Shop) -> Purchase:
    """Make an order whose payment waits for coins."""
    return shop.open(shop.order())


def undecided_checkout(shop: Shop) -> Purchase:
    """Make a checkout with a payment of the Payments API that nobody has begun."""
    return shop.open_row(shop.checkout())


def older_checkout(shop: Shop) -> Purchase:
    """Make a checkout of the Payments API whose coins are final, to be told."""
    return pay(shop, shop.open_older(shop.checkout()), shop.runtime)


def manual_older_checkout(shop: Shop) -> Purchase:
    """Make such a checkout of a merchant who completes checkouts himself."""
    return pay(shop, shop.open_older(shop.checkout()), manual(shop.runtime))


def trusting(runtime: Runtime) -> Runtime:
    """Return a runtime of a merchant who trusts coins that were only seen."""
    policies = runtime.policies

    def policy_of(channel: str, /) -> Policy:
        return replace(policies(channel), accept_unconfirmed=True)

    return replace(runtime, policies=policy_of)


def manual(runtime: Runtime) -> Runtime:
    """Return a runtime of a merchant who completes checkouts himself."""
    policies = runtime.policies

    def policy_of(channel: str, /) -> Policy:
        return replace(policies(channel), complete_checkouts=False)

    return replace(runtime, policies=policy_of)


def pay(shop: Shop, purchase: Purchase, runtime: Runtime) -> Purchase:
    """Let all coins come and be final; Saleor is still to be told."""
    coins = shop.send(purchase, total_of(purchase))
    shop.observe(coins, TransferStatus.CONFIRMED, runtime)
    return purchase


def pay_in_parts(shop: Shop, purchase: Purchase, runtime: Runtime) -> Purchase:
    """Let coins come in two parts; Saleor is still to be told of the second."""
    half = total_of(purchase) / 2
    shop.observe(shop.send(purchase, half), TransferStatus.CONFIRMED, runtime)
    outbox.deliver_effects(runtime)
    shop.observe(shop.send(purchase, half), TransferStatus.CONFIRMED, runtime)
    return purchase


def _see(shop: Shop, runtime: Runtime) -> Purchase:
    purchase = shop.open(shop.checkout())
    coins = shop.send(purchase, total_of(purchase))
    shop.observe(coins, TransferStatus.PENDING, runtime)
    return purchase


def reverse(shop: Shop, purchase: Purchase) -> Purchase:
    """Tell Saleor of the coins, and let them disappear: that is to be told."""
    outbox.deliver_effects(shop.runtime)
    shop.observe(purchase.coins[0], TransferStatus.FAILED, manual(shop.runtime))
    return purchase
