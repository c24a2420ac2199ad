"""How many coins of which kind go back, and that nobody is promised too many."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from saleor_cryptopay.core.errors import RefundError
from saleor_cryptopay.core.refund_rules import FeePayer, RefundAmount, RefundMode
from saleor_cryptopay.models import Payment, Refund
from saleor_cryptopay.operations.refunds.approval import decline

from .conftest import Source, Till


def code_of(refused: pytest.ExceptionInfo[RefundError]) -> str:
    return refused.value.code


def test_a_full_refund_is_all_that_was_credited(till: Till) -> None:
    refund = till.ask(till.paid())
    assert (refund.units, refund.amount) == (50_100_000, Decimal("50.10"))
    assert (refund.asset_key, refund.state) == ("usdt@ethereum", "needs_address")
    assert refund.expires_at - refund.asked_at == timedelta(days=14)


def test_a_part_is_the_same_part_of_the_coins(till: Till) -> None:
    payment = till.paid("0.02003125", "eth@ethereum", "64.10")
    refund = till.ask(payment, "6.41")
    assert refund.units == 2_003_125 * 10**9


def test_parts_add_up_to_all_coins_however_they_are_cut(till: Till) -> None:
    payment = till.paid("0.00078282", "btc@bitcoin")
    for number, amount in enumerate(["0.01", "16.69", "16.70", "16.70"]):
        till.ask(payment, amount, key=str(number))
    assert sum(row.units for row in Refund.objects.all()) == 78_282


def test_asking_twice_makes_one_refund(till: Till) -> None:
    payment = till.paid()
    assert till.ask(payment, "10") == till.ask(payment, "10")
    assert Refund.objects.count() == 1


def test_more_than_was_credited_is_refused(till: Till) -> None:
    with pytest.raises(RefundError, match="is too much") as refused:
        till.ask(till.paid(), "50.11")
    assert code_of(refused) == "too_much"


def test_what_another_refund_holds_is_not_promised_again(till: Till) -> None:
    payment = till.paid()
    till.ask(payment, "30", key="1")
    with pytest.raises(RefundError, match=r"20\.1"):
        till.ask(payment, "20.11", key="2")
    assert till.ask(payment, "20.10", key="3").units == 20_100_000
    with pytest.raises(RefundError, match="already"):
        till.ask(payment, key="4")


def test_what_was_declined_can_be_asked_for_again(till: Till) -> None:
    payment = till.paid()
    decline(till.ask(payment, key="1").pk, "a mistake", "staff", till.scene.runtime)
    assert till.ask(payment, key="2").units == 50_100_000


def test_where_nothing_came_nothing_goes_back(till: Till) -> None:
    with pytest.raises(RefundError, match="Nothing was credited"):
        till.ask(till.scene.open())


def test_coins_on_their_way_cannot_go_back(till: Till) -> None:
    payment = till.scene.open()
    till.scene.pay(payment, "50.1")
    till.scene.poll()
    with pytest.raises(RefundError, match="Nothing was credited"):
        till.ask(payment)


def test_a_payment_in_part_goes_back_in_part(till: Till) -> None:
    refund = till.ask(till.paid("20"))
    assert (refund.units, refund.amount) == (20_000_000, Decimal("20.00"))


@pytest.mark.parametrize("amount", ["0", "0.00", "-1"])
def test_nothing_is_not_taken_for_all_that_there_is(till: Till, amount: str) -> None:
    payment = till.paid("60")
    with pytest.raises(RefundError, match="more than zero"):
        till.ask(payment, amount)
    with pytest.raises(RefundError, match="more than zero"):
        till.ask(payment, source=Source.SURPLUS, units=int(Decimal(amount)))


@pytest.mark.parametrize("amount", ["0.001", "10.005"])
def test_what_is_no_amount_is_refused(till: Till, amount: str) -> None:
    with pytest.raises(RefundError, match="no amount of USD"):
        till.ask(till.paid(), amount)


def test_refunds_are_off_unless_they_are_switched_on(till: Till) -> None:
    till.rules(mode=RefundMode.OFF)
    with pytest.raises(RefundError, match="switched off") as refused:
        till.ask(till.paid())
    assert code_of(refused) == "off"


def test_an_unknown_payment_is_none(till: Till) -> None:
    with pytest.raises(Payment.DoesNotExist):
        till.ask(Payment(pk=uuid4()))


def test_by_value_it_is_what_the_money_buys_now(till: Till) -> None:
    payment = till.paid("0.00078282", "btc@bitcoin")
    till.rules(amount=RefundAmount.VALUE)
    till.scene.with_policy(rates={("btc", "USD"): Decimal(80_000)})
    refund = till.ask(payment, "20")
    assert (refund.units, refund.rate) == (25_000, Decimal(80_000))
    assert refund.rate_source


def test_by_value_never_more_than_came(till: Till) -> None:
    payment = till.paid("0.00078282", "btc@bitcoin")
    till.rules(amount=RefundAmount.VALUE)
    till.scene.with_policy(rates={("btc", "USD"): Decimal(40_000)})
    with pytest.raises(RefundError, match=r"0\.00078282 BTC is left"):
        till.ask(payment)


def test_a_surplus_goes_back_as_coins_without_money(till: Till) -> None:
    payment = till.paid("60")
    refund = till.ask(payment, source=Source.SURPLUS)
    assert (refund.units, refund.amount) == (9_900_000, Decimal(0))
    with pytest.raises(RefundError, match="already"):
        till.ask(payment, key="2", source=Source.SURPLUS)
    assert till.ask(payment, key="3").units == 50_100_000


def test_a_part_of_a_surplus_goes_back(till: Till) -> None:
    payment = till.paid("60")
    till.ask(payment, source=Source.SURPLUS, units=900_000)
    with pytest.raises(RefundError, match="9 USDT left"):
        till.ask(payment, key="2", source=Source.SURPLUS, units=9_000_001)


def test_without_a_surplus_none_goes_back(till: Till) -> None:
    with pytest.raises(RefundError, match="no such coins"):
        till.ask(till.paid(), source=Source.SURPLUS)


def test_a_wrong_coin_goes_back_in_that_coin(till: Till) -> None:
    payment = till.paid("25", coin="usdc")
    refund = till.ask(payment, source=Source.SET_ASIDE)
    assert (refund.asset_key, refund.units) == ("usdc@ethereum", 25_000_000)


def test_of_several_wrong_coins_one_has_to_be_named(till: Till) -> None:
    payment = till.paid("25", coin="usdc")
    till.scene.pay(payment, "3", coin="dai")
    till.scene.sandbox.mine()
    till.scene.poll()
    with pytest.raises(RefundError, match="dai@ethereum, usdc@ethereum"):
        till.ask(payment, source=Source.SET_ASIDE)
    refund = till.ask(payment, source=Source.SET_ASIDE, asset_key="dai@ethereum")
    assert refund.units == 3 * 10**18


def test_the_fee_is_taken_off_where_the_customer_bears_it(till: Till) -> None:
    till.rules(fees=FeePayer.CUSTOMER, fee_units={"usdt@ethereum": 3_000_000})
    refund = till.ask(till.paid())
    assert (refund.units, refund.sent_units) == (50_100_000, 47_100_000)


def test_less_than_the_fee_does_not_go_back(till: Till) -> None:
    till.rules(fees=FeePayer.CUSTOMER, fee_units={"usdt@ethereum": 3_000_000})
    with pytest.raises(RefundError, match="The network's fee"):
        till.ask(till.paid(), "3")


def test_play_money_does_not_go_back_from_another_account(till: Till) -> None:
    payment = till.paid()
    till.scene.runtime.gateway.name = "another"
    with pytest.raises(RefundError, match="not in this account"):
        till.ask(payment)


def test_the_shop_is_told_once_with_the_link(till: Till) -> None:
    payment = till.paid()
    refund = till.ask(payment, "10")
    till.tell()
    till.tell()
    assert till.told(payment) == ["refund_begun"]
    assert till.scene.amounts("refund_begun", payment) == [Decimal(10)]
    credit = till.scene.shop.told[
        f"refund_begun {payment.reference} refund:{refund.pk}"
    ][2]
    assert credit is not None
    assert f"refund/{refund.token}/" in credit.message


def test_of_a_surplus_the_shop_is_told_in_a_note(till: Till) -> None:
    payment = till.paid("60")
    till.ask(payment, source=Source.SURPLUS)
    till.tell()
    assert till.told(payment) == []
    assert "9.9 USDT on Ethereum to go back" in till.scene.notices(payment)[-1]
