"""What could be given back: as much as asking for it gives, and never more."""

from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations.refunds.offers import list_offers

from .conftest import Source, Till


def offered(payment: Payment) -> list[tuple[str, str, int]]:
    return [
        (offer.source, offer.coins.asset_key, offer.coins.units)
        for offer in list_offers(payment)
    ]


def mixed(till: Till) -> Payment:
    """Return a payment with too much, and with two kinds that nobody asked for."""
    payment = till.paid("60")
    for coin in ("usdc", "eth"):
        till.scene.pay(payment, "1.5", coin=coin)
    till.scene.sandbox.mine()
    till.scene.poll()
    return payment


def test_each_kind_of_coins_is_offered_by_itself(till: Till) -> None:
    assert offered(mixed(till)) == [
        (Source.PAID, "usdt@ethereum", 50_100_000),
        (Source.SURPLUS, "usdt@ethereum", 9_900_000),
        (Source.SET_ASIDE, "eth@ethereum", 1_500_000_000_000_000_000),
        (Source.SET_ASIDE, "usdc@ethereum", 1_500_000),
    ]


def test_what_is_offered_is_what_asking_gives(till: Till) -> None:
    payment = mixed(till)
    for number, offer in enumerate(list_offers(payment)):
        coins, source = offer.coins, offer.source
        details = {} if source == Source.PAID else {"units": coins.units}
        refund = till.ask(
            payment,
            str(coins.amount) if source == Source.PAID else "",
            key=str(number),
            source=source,
            asset_key=coins.asset_key,
            **details,
        )
        assert (refund.units, refund.asset_key) == (coins.units, coins.asset_key)
    assert list_offers(payment) == []


def test_what_a_refund_holds_is_not_offered_again(till: Till) -> None:
    payment = till.paid()
    till.ask(payment, "20.10")
    (offer,) = list_offers(payment)
    assert (offer.coins.units, str(offer.coins.amount)) == (30_000_000, "30.000")


def test_coins_on_their_way_are_not_offered(till: Till) -> None:
    payment = till.scene.open()
    till.scene.pay(payment, "50.1")
    till.scene.poll()
    assert list_offers(payment) == []
