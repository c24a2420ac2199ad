"""Fair quotes: renewed before coins are seen, held afterwards, a rule for the rest."""

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from saleor_cryptopay.core.errors import QuoteError
from saleor_cryptopay.core.events import TransferReported, TransferStatus
from saleor_cryptopay.core.shares import Part, received_units
from saleor_cryptopay.models import PastQuote, Payment, Transfer
from saleor_cryptopay.operations import integrity, ledger, outbox
from saleor_cryptopay.operations.opening import choose_asset
from saleor_cryptopay.operations.quoting import renew_quote
from saleor_cryptopay.web.prices import figures_now
from tests.price_lists import PriceLists

from .conftest import Scene
from .test_market import later, lists, live, refresh

__all__ = ["lists", "live"]


def seen(
    scene: Scene,
    payment: Payment,
    amount: str,
    *,
    status: TransferStatus = TransferStatus.CONFIRMED,
) -> Transfer:
    """Have coins arrive now."""
    address = Payment.objects.get(pk=payment.pk).address
    assert address is not None
    number = payment.transfers.count()
    report = TransferReported(
        transaction_id=f"tx-{payment.pk}-{number}",
        hash=f"{number:064x}",
        status=status,
        network=address.network,
        coin=address.asset.coin,
        amount=amount,
        address=address.address,
        address_id=address.gateway_id,
        confirmations=99,
        created_at=scene.clock(),
    )
    assert ledger.record_transfer(report, scene.clock(), scene.runtime)
    outbox.deliver_effects(scene.runtime)
    return payment.transfers.latest("pk")


def opened(scene: Scene, total: str = "64.00") -> Payment:
    refresh(scene)
    return scene.open("btc@bitcoin", total)


def amount_of(payment: Payment) -> str:
    fresh = Payment.objects.get(pk=payment.pk)
    assert fresh.address is not None
    return f"{Decimal(fresh.address.units).scaleb(-8):f}"


def move(scene: Scene, lists: PriceLists, price: str, **span: int) -> None:
    """Let time pass, and have the market move; small steps are no jumps."""
    lists.table.set("btc/usd", price)
    later(scene, **span)
    refresh(scene)


def remaining(scene: Scene, payment: Payment) -> int:
    fresh = Payment.objects.select_related("address").get(pk=payment.pk)
    return figures_now(fresh, list(fresh.transfers.all()), scene.runtime).remaining


def state(payment: Payment) -> str:
    return Payment.objects.get(pk=payment.pk).state


def test_a_lapsed_quote_is_renewed_at_the_same_address(
    live: Scene, lists: PriceLists
) -> None:
    payment = opened(live)
    old = payment.address
    assert old is not None
    move(live, lists, "60000", minutes=16)
    renewed = renew_quote(payment.id, live.runtime).address
    assert renewed is not None
    assert (renewed.pk, renewed.address) == (old.pk, old.address)
    assert renewed.rate == 60000
    assert renewed.units > old.units
    assert renewed.quote_expires_at == renewed.quoted_at + timedelta(minutes=15)
    assert integrity.is_intact(payment, renewed)
    assert [row.units for row in PastQuote.objects.all()] == [old.units]
    assert len(live.sandbox.state()["addresses"]) == 1


def test_choosing_the_same_coin_again_renews_it_too(
    live: Scene, lists: PriceLists
) -> None:
    payment = opened(live)
    move(live, lists, "60000", minutes=16)
    again = choose_asset(payment.id, "btc@bitcoin", live.runtime)
    assert again.address is not None
    assert again.address.rate == 60000


def test_a_quote_that_holds_is_not_renewed(live: Scene, lists: PriceLists) -> None:
    payment = opened(live)
    move(live, lists, "60000", minutes=14)
    address = renew_quote(payment.id, live.runtime).address
    assert address is not None
    assert address.rate == Decimal("64000.50")


def test_without_a_rate_nothing_is_renewed(live: Scene, lists: PriceLists) -> None:
    payment = opened(live)
    lists.table.silent = {"kraken", "coinbase", "coingecko", "binance"}
    later(live, minutes=16)
    with pytest.raises(QuoteError):
        renew_quote(payment.id, live.runtime)
    again = choose_asset(payment.id, "btc@bitcoin", live.runtime)
    assert again.address is not None
    assert again.address.rate == Decimal("64000.50")


def test_once_coins_were_seen_the_quote_holds(live: Scene, lists: PriceLists) -> None:
    payment = opened(live)
    seen(live, payment, "0.0001", status=TransferStatus.PENDING)
    move(live, lists, "60000", minutes=30)
    address = renew_quote(payment.id, live.runtime).address
    assert address is not None
    assert address.rate == Decimal("64000.50")
    assert not PastQuote.objects.exists()


def test_a_record_that_was_changed_gets_no_good_seal_by_renewal(
    live: Scene, lists: PriceLists
) -> None:
    payment = opened(live)
    assert payment.address is not None
    type(payment.address).objects.update(mac="0" * 64)
    move(live, lists, "60000", minutes=16)
    with pytest.raises(QuoteError):
        renew_quote(payment.id, live.runtime)


def test_coins_seen_in_the_grace_count_at_the_quote(
    live: Scene, lists: PriceLists
) -> None:
    payment = opened(live)
    move(live, lists, "58000", minutes=24)
    transfer = seen(live, payment, amount_of(payment))
    assert state(payment) == "confirmed"
    assert transfer.rate == Decimal("64000.50")
    assert live.credits(payment) == [Decimal("64.00")]


def test_coins_seen_after_the_grace_count_at_the_rate_of_that_moment(
    live: Scene, lists: PriceLists
) -> None:
    payment = opened(live)
    move(live, lists, "59000", minutes=26)
    transfer = seen(live, payment, amount_of(payment))
    assert transfer.rate == 59000
    assert state(payment) == "payment_insufficient"
    assert live.credits(payment) == [Decimal("58.99")]
    (message,) = [row.message for row in live._credits("credit", payment)]
    assert "They count at 59000 USD" in message
    assert "when the coins were seen" in message
    rest = remaining(live, payment)
    assert rest == pytest.approx(8475, abs=10)
    seen(live, payment, f"{Decimal(rest).scaleb(-8):f}")
    assert state(payment) == "confirmed"
    assert sum(live.credits(payment)) == Decimal("64.00")


def test_where_the_price_rose_fewer_coins_are_enough(
    live: Scene, lists: PriceLists
) -> None:
    payment = opened(live)
    move(live, lists, "70000", minutes=26)
    transfer = seen(live, payment, "0.00091429")
    assert transfer.rate == 70000
    assert state(payment) == "confirmed"


def test_coins_heard_of_late_count_at_the_rate_of_the_moment_they_were_seen(
    live: Scene, lists: PriceLists
) -> None:
    payment = opened(live)
    move(live, lists, "62000", minutes=30)
    then = live.clock()
    move(live, lists, "58000", minutes=60)
    address = payment.address
    assert address is not None
    report = TransferReported(
        "tx-late", "ab" * 32, TransferStatus.CONFIRMED, "bitcoin", "btc", "0.0005",
        address.address, address.gateway_id, confirmations=99, created_at=then,
    )  # fmt: skip
    ledger.record_transfer(report, live.clock(), live.runtime)
    assert payment.transfers.get().rate == 62000


def test_coins_by_the_price_before_a_renewal_count_at_it_in_its_grace(
    live: Scene, lists: PriceLists
) -> None:
    payment = opened(live)
    first = amount_of(payment)
    move(live, lists, "60000", minutes=16)
    renew_quote(payment.id, live.runtime)
    later(live, minutes=5)
    transfer = seen(live, payment, first)
    assert transfer.rate == Decimal("64000.50")
    assert state(payment) == "confirmed"
    assert live.credits(payment) == [Decimal("64.00")]


def test_after_that_grace_the_renewed_price_counts(
    live: Scene, lists: PriceLists
) -> None:
    payment = opened(live)
    first = amount_of(payment)
    move(live, lists, "60000", minutes=16)
    renew_quote(payment.id, live.runtime)
    later(live, minutes=10)
    assert seen(live, payment, first).rate == 60000
    assert state(payment) == "payment_insufficient"


def test_at_a_time_without_a_rate_a_person_decides(
    live: Scene, lists: PriceLists
) -> None:
    payment = opened(live)
    lists.table.silent = {"kraken", "coinbase", "coingecko", "binance"}
    later(live, minutes=40)
    transfer = seen(live, payment, amount_of(payment))
    assert transfer.verdict == Transfer.Verdict.UNPRICED
    assert state(payment) == "needs_review"
    assert live.credits(payment) == []
    assert any("without a rate" in note for note in live.notices(payment))


def test_coins_keep_their_value_while_they_are_confirmed(
    live: Scene, lists: PriceLists
) -> None:
    payment = opened(live)
    transfer = seen(live, payment, amount_of(payment), status=TransferStatus.CONFIRMING)
    move(live, lists, "58000", minutes=120)
    report = TransferReported(
        transfer.gateway_id, transfer.hash, TransferStatus.CONFIRMED, "bitcoin", "btc",
        transfer.amount, transfer.address.address, transfer.address.gateway_id,
        confirmations=99,
    )  # fmt: skip
    ledger.record_transfer(report, live.clock(), live.runtime)
    outbox.deliver_effects(live.runtime)
    assert state(payment) == "confirmed"
    assert live.credits(payment) == [Decimal("64.00")]


def test_pegged_coins_count_at_their_peg_whenever_they_come(live: Scene) -> None:
    payment = live.open("usdt@ethereum", "50.10")
    later(live, hours=20)
    seen(live, payment, "50.1")
    assert state(payment) == "confirmed"


@pytest.mark.parametrize("seed", range(12))
def test_sums_and_remaining_are_right_under_every_mix(
    live: Scene, lists: PriceLists, seed: int
) -> None:
    random = Random(seed)  # noqa: S311 - a choice of cases, no secret
    live.with_policy(payment_window=timedelta(days=3))
    payment = opened(live, f"{random.randint(1, 90_000)}.{random.randint(0, 99):02}")
    price = 64000
    for _ in range(5):
        price = int(price * random.choice((94, 98, 100, 103, 107)) / 100)
        move(live, lists, str(price), minutes=random.choice((1, 8, 14, 40)))
        if random.random() < 0.3:
            renew_quote(payment.id, live.runtime)
        rest = remaining(live, payment)
        if not rest:
            break
        units = max(1, rest * random.choice((1, 10, 35, 60)) // 100)
        transfer = seen(live, payment, f"{Decimal(units).scaleb(-8):f}")
        rate_of_coins = transfer.rate
        assert rate_of_coins is not None
        check_books(live, payment)
        assert state(payment) in ("payment_insufficient", "confirmed")
    if rest := remaining(live, payment):
        seen(live, payment, f"{Decimal(rest).scaleb(-8):f}")
    check_books(live, payment)
    assert state(payment) == "confirmed"
    assert sum(live.credits(payment)) == payment.total


def check_books(scene: Scene, payment: Payment) -> None:
    """Compare what was credited with what each transfer is worth by itself."""
    fresh = Payment.objects.select_related("address").get(pk=payment.pk)
    assert fresh.address is not None
    rows = list(fresh.transfers.all())
    worth = sum(
        (Decimal(row.units).scaleb(-8) * row.rate for row in rows if row.rate),
        Decimal(0),
    )
    credited = sum(scene.credits(payment), Decimal(0))
    parts = [Part(row.units, row.asked_units) for row in rows]
    is_paid = received_units(parts, fresh.address.units) >= fresh.address.units
    assert (credited == fresh.total) == is_paid
    if not is_paid:
        # A quote is rounded up to a unit: as much as that is worth, and a cent.
        step = Decimal("0.01") + sum((row.rate or 0) * Decimal("1e-8") for row in rows)
        assert abs(credited - worth) <= step


def test_the_grace_is_the_merchants(live: Scene, lists: PriceLists) -> None:
    live.with_policy(quote_grace=timedelta(0))
    payment = opened(live)
    move(live, lists, "60000", minutes=15, seconds=1)
    assert seen(live, payment, amount_of(payment)).rate == 60000
